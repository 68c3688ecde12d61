//! Counts by whole number, in order.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error as _, SeqAccess, Visitor};
use serde::ser::{Error as _, SerializeSeq as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Where the other side of a merge is so many times smaller, its values are put in one by one.
const FEW: usize = 16;

/// How often each value occurs: ascending, none zero times. Kept as one row of pairs, since days of
/// some hundred values are read and merged by the hundred for a quarter.
///
/// Written as a flat list of steps, twice each, as nearly all values occur once; one that does not has
/// one more, and its count follows: 5 once and 9 three times are `[10,9,3]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally<K>(Vec<(K, i64)>);

/// Moments as seconds since 1970, counted.
pub type Moments = Tally<i64>;

impl<K> Default for Tally<K> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: Copy + Ord> Tally<K> {
    /// One value, once.
    pub fn one(value: K) -> Self {
        Self(vec![(value, 1)])
    }

    /// The sum of several.
    pub fn sum<'t>(tallies: impl IntoIterator<Item = &'t Self>) -> Self
    where
        K: 't,
    {
        let mut all: Vec<(K, i64)> = Vec::new();
        let mut parts = 0;
        for tally in tallies {
            all.extend_from_slice(&tally.0);
            parts += 1;
        }
        if parts > 1 {
            all.sort_unstable_by_key(|(value, _)| *value);
            all.dedup_by(|next, kept| {
                let same = next.0 == kept.0;
                kept.1 += if same { next.1 } else { 0 };
                same
            });
            all.retain(|(_, count)| *count != 0);
        }
        Self(all)
    }

    /// Values with their counts, ascending.
    pub fn iter(&self) -> impl Iterator<Item = (K, i64)> + '_ {
        self.0.iter().copied()
    }

    /// Whether nothing is counted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The least value.
    pub fn first(&self) -> Option<K> {
        self.0.first().map(|(value, _)| *value)
    }

    /// The greatest value.
    pub fn last(&self) -> Option<K> {
        self.0.last().map(|(value, _)| *value)
    }

    /// How many are counted.
    pub fn count(&self) -> i64 {
        self.0.iter().map(|(_, count)| count).sum()
    }

    /// How many are less than a value.
    pub fn below(&self, value: K) -> i64 {
        let end = self.0.partition_point(|(mine, _)| *mine < value);
        self.0.iter().take(end).map(|(_, count)| count).sum()
    }

    /// Counts a value so often, or takes it out as often where that is negative.
    pub fn add(&mut self, value: K, count: i64) {
        match self.0.binary_search_by_key(&value, |(mine, _)| *mine) {
            Ok(place) => {
                if let Some(slot) = self.0.get_mut(place) {
                    slot.1 += count;
                    if slot.1 == 0 {
                        self.0.remove(place);
                    }
                }
            }
            Err(place) if count != 0 => self.0.insert(place, (value, count)),
            Err(_) => {}
        }
    }

    /// Puts another in (`sign` 1) or takes it out (−1).
    pub fn merge(&mut self, other: &Self, sign: i64) {
        if other.0.len() * FEW < self.0.len() {
            for (value, count) in &other.0 {
                self.add(*value, count * sign);
            }
            return;
        }
        let mut merged = Vec::with_capacity(self.0.len() + other.0.len());
        let (mut mine, mut theirs) = (self.0.as_slice(), other.0.as_slice());
        while let (Some((here, count)), Some((there, other))) = (mine.first(), theirs.first()) {
            // Which comes first looks like chance: without branches nothing is guessed wrong.
            let (is_mine, is_theirs) = (here <= there, there <= here);
            let value = if is_mine { *here } else { *there };
            let sum = count * i64::from(is_mine) + other * sign * i64::from(is_theirs);
            if sum != 0 {
                merged.push((value, sum));
            }
            mine = mine.get(usize::from(is_mine)..).unwrap_or_default();
            theirs = theirs.get(usize::from(is_theirs)..).unwrap_or_default();
        }
        merged.extend_from_slice(mine);
        merged.extend(theirs.iter().map(|(value, count)| (*value, count * sign)));
        self.0 = merged;
    }
}

impl<K: Copy + Into<i64>> Serialize for Tally<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let repeated = self.0.iter().filter(|(_, count)| *count != 1).count();
        let mut list = serializer.serialize_seq(Some(self.0.len() + repeated))?;
        let mut before = 0_i64;
        for (value, count) in &self.0 {
            let value: i64 = (*value).into();
            let step = value.checked_sub(before);
            let twice = step.and_then(|step| step.checked_mul(2));
            let twice = twice.ok_or_else(|| S::Error::custom("a step beyond all values"))?;
            if *count == 1 {
                list.serialize_element(&twice)?;
            } else {
                list.serialize_element(&(twice + 1))?;
                list.serialize_element(count)?;
            }
            before = value;
        }
        list.end()
    }
}

impl<'de, K: Copy + Ord + TryFrom<i64>> Deserialize<'de> for Tally<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Steps(PhantomData))
    }
}

struct Steps<K>(PhantomData<K>);

impl<'de, K: Copy + Ord + TryFrom<i64>> Visitor<'de> for Steps<K> {
    type Value = Tally<K>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ascending steps, twice each, some with a count")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut tally: Vec<(K, i64)> = Vec::new();
        let mut value = 0_i64;
        while let Some(twice) = list.next_element::<i64>()? {
            let count: i64 = if twice & 1 == 0 {
                1
            } else {
                list.next_element()?
                    .ok_or_else(|| A::Error::custom("a step without its count"))?
            };
            value = value
                .checked_add(twice >> 1)
                .ok_or_else(|| A::Error::custom("a step beyond all values"))?;
            let next = K::try_from(value).map_err(|_| A::Error::custom("no such value"))?;
            if count == 0 || tally.last().is_some_and(|(last, _)| *last >= next) {
                return Err(A::Error::custom("values that do not ascend"));
            }
            tally.push((next, count));
        }
        Ok(Tally(tally))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn tally(values: &[(u32, i64)]) -> Tally<u32> {
        let mut tally = Tally::default();
        values.iter().for_each(|(value, n)| tally.add(*value, *n));
        tally
    }

    #[test]
    fn it_is_written_as_steps() {
        let five_and_nine = tally(&[(9, 3), (5, 1)]);
        let text = serde_json::to_string(&five_and_nine).unwrap();
        assert_eq!(text, "[10,9,3]");
        for wrong in ["[5]", "[10,0]", "[11,0]", "[-2]", "[8589934592]"] {
            assert!(
                serde_json::from_str::<Tally<u32>>(wrong).is_err(),
                "{wrong}"
            );
        }
    }

    proptest! {
        #[test]
        fn sums_are_those_of_single_values(
            one in prop::collection::vec((0_u32..50, -3_i64..4), 0..60),
            other in prop::collection::vec((0_u32..50, -3_i64..4), 0..60),
        ) {
            let (a, b) = (tally(&one), tally(&other));
            let both: Vec<_> = one.iter().chain(&other).copied().collect();
            let expected = tally(&both);
            let mut merged = a.clone();
            merged.merge(&b, 1);
            prop_assert_eq!(&merged, &expected);
            prop_assert_eq!(&Tally::sum([&a, &b]), &expected);
            merged.merge(&b, -1);
            prop_assert_eq!(&merged, &a);
            let text = serde_json::to_string(&expected).unwrap();
            prop_assert_eq!(serde_json::from_str::<Tally<u32>>(&text).unwrap(), expected);
        }
    }
}
