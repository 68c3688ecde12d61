//! Waits by half-hour of issue and by what was promised.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Histogram;

/// Where a wait is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct WaitCell {
    /// Local half-hour of issue, 0 to 47. The hour that is repeated when clocks go back is one.
    pub half_hour: u8,
    /// The bin of the promised median ([`super::PROMISED_FROM_S`]); none where nothing was promised.
    pub promised: Option<u8>,
}

/// Exact waits of called tickets. Each wait is held once: all together, by half-hour and by promise
/// are sums over the cells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Waits(BTreeMap<WaitCell, Histogram>);

impl Waits {
    /// Counts a wait, seconds.
    pub fn add(&mut self, cell: WaitCell, wait_s: u32, count: i64) {
        let histogram = self.0.entry(cell).or_default();
        histogram.add(wait_s, count);
        if histogram.is_empty() {
            self.0.remove(&cell);
        }
    }

    /// Puts others in (`sign` 1) or takes them out (−1).
    pub fn merge(&mut self, other: &Self, sign: i64) {
        for (cell, theirs) in &other.0 {
            let mine = self.0.entry(*cell).or_default();
            mine.merge(theirs, sign);
            if mine.is_empty() {
                self.0.remove(cell);
            }
        }
    }

    /// The same waits in one cell for each promise, for one who does not ask for half-hours.
    pub fn by_promise(&self) -> Self {
        let mut parts: BTreeMap<Option<u8>, Vec<&Histogram>> = BTreeMap::new();
        for (cell, histogram) in &self.0 {
            parts.entry(cell.promised).or_default().push(histogram);
        }
        let together = parts.into_iter().map(|(promised, of)| {
            let half_hour = 0;
            let cell = WaitCell {
                half_hour,
                promised,
            };
            (cell, Histogram::sum(of))
        });
        Self(together.collect())
    }

    /// The cells in order of half-hour and promise.
    pub fn cells(&self) -> impl Iterator<Item = (WaitCell, &Histogram)> {
        self.0.iter().map(|(cell, histogram)| (*cell, histogram))
    }

    /// All of them.
    pub fn all(&self) -> Histogram {
        Histogram::sum(self.0.values())
    }

    /// Those of tickets issued in a half-hour.
    pub fn issued_in(&self, half_hour: u8) -> Histogram {
        let cells = self.cells();
        Histogram::sum(
            cells
                .filter(|(cell, _)| cell.half_hour == half_hour)
                .map(|(_, histogram)| histogram),
        )
    }

    /// Those of tickets whose promised median lies in a bin.
    pub fn promised(&self, bin: u8) -> Histogram {
        let cells = self.cells();
        Histogram::sum(
            cells
                .filter(|(cell, _)| cell.promised == Some(bin))
                .map(|(_, histogram)| histogram),
        )
    }
}

/// Half-hour, bin, waits.
type Row = (u8, Option<u8>, Histogram);

impl Serialize for Waits {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rows = self.cells();
        serializer.collect_seq(rows.map(|(cell, of)| (cell.half_hour, cell.promised, of)))
    }
}

impl<'de> Deserialize<'de> for Waits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let rows = Vec::<Row>::deserialize(deserializer)?;
        let cells = rows.into_iter().map(|(half_hour, promised, histogram)| {
            let cell = WaitCell {
                half_hour,
                promised,
            };
            (cell, histogram)
        });
        Ok(Self(cells.collect()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn each_wait_is_held_once_and_found_by_half_hour_and_by_promise() {
        let mut waits = Waits::default();
        for (half_hour, promised, wait_s) in
            [(19, Some(2), 300), (19, None, 60), (20, Some(2), 300)]
        {
            let cell = WaitCell {
                half_hour,
                promised,
            };
            waits.add(cell, wait_s, 1);
        }
        assert_eq!(waits.all().count(), 3);
        assert_eq!(waits.issued_in(19).max_s(), Some(300));
        assert_eq!(waits.promised(2).count(), 2);
        let text = serde_json::to_string(&waits).unwrap();
        assert_eq!(text, "[[19,null,[120]],[19,2,[600]],[20,2,[600]]]");
        assert_eq!(serde_json::from_str::<Waits>(&text).unwrap(), waits);
        let mut nothing = waits.clone();
        nothing.merge(&waits, -1);
        assert_eq!(nothing, Waits::default());
    }
}
