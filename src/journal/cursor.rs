//! Goes over JSON as the journal writes it: without blanks, fields in their order.
//!
//! Each step says what must stand next and answers `None` where something else does. What it
//! accepts means the same to the general decoder; it does not accept all that one would.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;

/// What of a line is still to be read.
pub(super) struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self(text)
    }

    /// Nothing more may stand there.
    pub(super) fn end(self) -> Option<()> {
        self.0.is_empty().then_some(())
    }

    /// These signs must stand next.
    #[inline]
    pub(super) fn expect<const N: usize>(&mut self, text: &[u8; N]) -> Option<()> {
        let (start, rest) = self.0.split_first_chunk::<N>()?;
        (start == text).then(|| self.0 = rest)
    }

    /// Whether these signs stand next; only then they are passed.
    #[inline]
    pub(super) fn passes<const N: usize>(&mut self, text: &[u8; N]) -> bool {
        self.expect(text).is_some()
    }

    /// A whole number that is not negative.
    #[inline]
    pub(super) fn number<T: TryFrom<u64>>(&mut self) -> Option<T> {
        let mut number = 0_u64;
        let mut digits = 0;
        while let Some(digit) = self.0.get(digits).and_then(|sign| digit(*sign)) {
            number = number.checked_mul(10)?.checked_add(digit)?;
            digits += 1;
        }
        let padded = digits > 1 && self.0.first() == Some(&b'0');
        if digits == 0 || padded {
            return None;
        }
        self.0 = self.0.get(digits..)?;
        T::try_from(number).ok()
    }

    /// `true` or `false`.
    #[inline]
    pub(super) fn truth(&mut self) -> Option<bool> {
        let truth = self.passes(b"true");
        (truth || self.passes(b"false")).then_some(truth)
    }

    /// A text in quotes of which each sign is to be compared with one that is expected.
    #[inline]
    pub(super) fn word(&mut self) -> Option<&'a [u8]> {
        self.expect(b"\"")?;
        let length = self.0.iter().position(|sign| *sign == b'"')?;
        let (word, rest) = self.0.split_at_checked(length)?;
        self.0 = rest.get(1..)?;
        Some(word)
    }

    /// A text in quotes without any escape.
    #[inline]
    pub(super) fn text(&mut self) -> Option<&'a str> {
        self.expect(b"\"")?;
        let ends = |sign: &u8| matches!(*sign, b'"' | b'\\' | 0..=0x1F);
        let length = self.0.iter().position(ends)?;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        self.expect(b"\"")?;
        std::str::from_utf8(text).ok()
    }

    /// "2026-10-05".
    #[inline]
    pub(super) fn date(&mut self) -> Option<Date> {
        self.expect(b"\"")?;
        let date = self.civil_date()?;
        self.expect(b"\"")?;
        Some(date)
    }

    /// "2026-10-05T06:00:00.25Z", with up to nine digits behind the point or none.
    #[inline]
    pub(super) fn moment(&mut self) -> Option<Timestamp> {
        self.expect(b"\"")?;
        let date = self.civil_date()?;
        self.expect(b"T")?;
        let hour = self.two_digits()?;
        self.expect(b":")?;
        let minute = self.two_digits()?;
        self.expect(b":")?;
        let second = self.two_digits()?;
        let nanosecond = self.fraction()?;
        self.expect(b"Z\"")?;
        let time = Time::new(hour, minute, second, nanosecond).ok()?;
        Offset::UTC
            .to_timestamp(DateTime::from_parts(date, time))
            .ok()
    }

    #[inline]
    fn civil_date(&mut self) -> Option<Date> {
        let century = i16::from(self.two_digits()?);
        let year = century * 100 + i16::from(self.two_digits()?);
        self.expect(b"-")?;
        let month = self.two_digits()?;
        self.expect(b"-")?;
        Date::new(year, month, self.two_digits()?).ok()
    }

    #[inline]
    fn two_digits(&mut self) -> Option<i8> {
        let ([tens, ones], rest) = self.0.split_first_chunk()?;
        let both = digit(*tens)? * 10 + digit(*ones)?;
        self.0 = rest;
        i8::try_from(both).ok()
    }

    /// Nanoseconds, 0 where no point stands.
    #[inline]
    fn fraction(&mut self) -> Option<i32> {
        if !self.passes(b".") {
            return Some(0);
        }
        let (mut nanoseconds, mut unit) = (0, 1_000_000_000);
        while let Some((sign, rest)) = self.0.split_first()
            && let Some(digit) = digit(*sign)
        {
            unit /= 10;
            nanoseconds += i32::try_from(digit).ok()? * unit;
            // A tenth digit would count nothing.
            if unit == 0 {
                return None;
            }
            self.0 = rest;
        }
        (unit < 1_000_000_000).then_some(nanoseconds)
    }
}

#[inline]
fn digit(sign: u8) -> Option<u64> {
    sign.is_ascii_digit().then(|| u64::from(sign - b'0'))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn all<'a, T>(text: &'a str, read: impl Fn(&mut Cursor<'a>) -> Option<T>) -> Option<T> {
        let mut cursor = Cursor::new(text.as_bytes());
        let read = read(&mut cursor)?;
        cursor.end().map(|()| read)
    }

    #[test]
    fn moments_and_dates_are_what_the_general_decoder_makes_of_them() {
        for text in [
            r#""2026-10-05T06:00:00Z""#,
            r#""2026-10-05T06:00:00.25Z""#,
            r#""2024-02-29T23:59:59.999999999Z""#,
            r#""1969-12-31T23:59:59.000000001Z""#,
            r#""0000-01-01T00:00:00Z""#,
            r#""9999-12-30T21:59:59Z""#,
        ] {
            let general: Timestamp = serde_json::from_str(text).unwrap();
            assert_eq!(all(text, Cursor::moment), Some(general), "{text}");
        }
        for text in [
            r#""2026-10-05T06:00:60Z""#,
            r#""2025-02-29T06:00:00Z""#,
            r#""2026-10-05T06:00:00.Z""#,
            r#""2026-10-05T06:00:00.1234567890Z""#,
            r#""2026-10-05T06:00:00""#,
            r#""2026-10-05 06:00:00Z""#,
            r#""2026-10-05T06:00:00+00:00""#,
        ] {
            assert_eq!(all(text, Cursor::moment), None, "{text}");
        }
        let date = all(r#""2026-10-05""#, Cursor::date);
        assert_eq!(date, Some(jiff::civil::date(2026, 10, 5)));
        assert_eq!(all(r#""2026-13-05""#, Cursor::date), None);
    }

    #[test]
    fn numbers_and_texts_are_json() {
        assert_eq!(all("0", Cursor::number::<u16>), Some(0));
        assert_eq!(all("65535", Cursor::number::<u16>), Some(65_535));
        let most = u64::MAX.to_string();
        assert_eq!(all(&most, Cursor::number::<u64>), Some(u64::MAX));
        for wrong in [
            "",
            "01",
            "-1",
            "1.5",
            "1e3",
            "65536",
            "99999999999999999999",
        ] {
            assert_eq!(all(wrong, Cursor::number::<u16>), None, "{wrong}");
        }
        assert_eq!(all("\"foajē\"", |c| c.text().map(str::len)), Some(6));
        for wrong in [r#""a\"b""#, r#""\u0101""#, "\"a\nb\"", "\"a", "a\""] {
            assert_eq!(all(wrong, |c| c.text().map(str::len)), None, "{wrong}");
        }
        assert_eq!(all("true", Cursor::truth), Some(true));
        assert_eq!(all("false", Cursor::truth), Some(false));
        assert_eq!(all("null", Cursor::truth), None);
    }
}
