use super::Error;
use super::text::text;
use std::fmt;
use std::str::FromStr;
use std::time::{SystemTime, UNIX_EPOCH};
use time::{Date, Month, OffsetDateTime, Time};

/// The moment of signing in the one form that `SigV4` has: ISO 8601 basic in UTC, such as
/// `20150830T123600Z`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Timestamp([u8; 16]);

impl Timestamp {
    /// Cuts `time` to whole seconds.
    ///
    /// # Errors
    /// `time` is before 1970 or after 9999: AWS's services know no such times, and the year has four
    /// digits.
    pub fn new(time: SystemTime) -> Result<Self, Error> {
        let seconds = time.duration_since(UNIX_EPOCH).ok().map(|since| since.as_secs());
        seconds.and_then(format).ok_or(Error::TimeOutOfRange { time })
    }

    /// The whole timestamp: `20150830T123600Z`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        text(&self.0)
    }

    /// The day: `20150830`.
    #[must_use]
    pub fn date(&self) -> &str {
        text(self.date_bytes())
    }

    pub(super) fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    pub(super) fn date_bytes(&self) -> &[u8; 8] {
        self.0.first_chunk().expect("8 are fewer than 16")
    }
}

/// `None` after the year 9999.
fn format(seconds: u64) -> Option<Timestamp> {
    let utc = OffsetDateTime::from_unix_timestamp(seconds.try_into().ok()?).ok()?;
    let (year, month, day) = utc.to_calendar_date();
    let (hour, minute, second) = utc.time().as_hms();
    let [century, year] = [year / 100, year % 100].map(u8::try_from);
    let mut text = *b"YYYYMMDDThhmmssZ";
    let starts = [0, 2, 4, 6, 9, 11, 13];
    let numbers = [century.ok()?, year.ok()?, month.into(), day, hour, minute, second];
    for (start, number) in starts.into_iter().zip(numbers) {
        text[start] = b'0' + number / 10;
        text[start + 1] = b'0' + number % 10;
    }
    Some(Timestamp(text))
}

impl FromStr for Timestamp {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        parse(text).ok_or_else(|| Error::TimeFormat { text: text.to_owned() })
    }
}

/// `None` unless `text` has this form and the moment exists.
fn parse(text: &str) -> Option<Timestamp> {
    let bytes: [u8; 16] = text.as_bytes().try_into().ok()?;
    let number = |at: usize, digits: usize| {
        bytes[at..at + digits].iter().try_fold(0_u16, |number, byte| {
            Some(number * 10 + u16::from(byte.is_ascii_digit().then(|| byte - b'0')?))
        })
    };
    let two = |at: usize| number(at, 2).and_then(|number| u8::try_from(number).ok());
    let month = Month::try_from(two(4)?).ok()?;
    Date::from_calendar_date(number(0, 4)?.into(), month, two(6)?).ok()?;
    Time::from_hms(two(9)?, two(11)?, two(13)?).ok()?;
    (bytes[8] == b'T' && bytes[15] == b'Z').then_some(Timestamp(bytes))
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::Timestamp;
    use std::time::{Duration, UNIX_EPOCH};

    fn at(seconds: u64) -> String {
        Timestamp::new(UNIX_EPOCH + Duration::from_secs(seconds)).unwrap().to_string()
    }

    #[test]
    fn seconds_become_calendar_time() {
        assert_eq!(at(0), "19700101T000000Z");
        assert_eq!(at(1_440_938_160), "20150830T123600Z");
        assert_eq!(at(1_709_251_199), "20240229T235959Z");
    }

    #[test]
    fn the_written_form_is_read_back() {
        for text in ["20150830T123600Z", "20240229T235959Z"] {
            assert_eq!(text.parse::<Timestamp>().unwrap().as_str(), text);
        }
        assert_eq!("20150830T123600Z".parse::<Timestamp>().unwrap().date(), "20150830");
    }

    #[test]
    fn moments_that_do_not_exist_and_other_forms_are_refused() {
        for text in [
            "20150229T000000Z",
            "20151301T000000Z",
            "20150830T240000Z",
            "20150830T123600",
            "2015-08-30T12:36Z",
            "20150830 123600Z",
            "+0150830T123600Z",
            "",
        ] {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
    }

    #[test]
    fn times_outside_the_calendar_are_refused() {
        assert!(Timestamp::new(UNIX_EPOCH - Duration::from_secs(1)).is_err());
        let last = 253_402_300_799;
        assert_eq!(at(last), "99991231T235959Z");
        assert!(Timestamp::new(UNIX_EPOCH + Duration::from_secs(last + 1)).is_err());
    }
}
