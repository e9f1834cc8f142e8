//! How long to wait for registries, as people write it.

use std::time::Duration;

/// The longest a registry may be allowed to stay silent, in seconds: a day.
const LONGEST: f64 = 86_400.0;

/// The most a request may be made again.
const MOST: u32 = 100;

/// A time in seconds, with fractions: `30`, `0.5`.
///
/// # Errors
/// What it may be, when it is something else.
pub fn seconds(text: &str) -> Result<Duration, &'static str> {
    match text.trim().parse::<f64>() {
        Ok(seconds) if seconds.is_finite() && seconds > 0.0 && seconds <= LONGEST => {
            Ok(Duration::from_secs_f64(seconds))
        }
        _ => Err("wanted seconds, more than 0 and at most 86400, such as 30 or 0.5"),
    }
}

/// How often a request is made again, after the first time.
///
/// # Errors
/// What it may be, when it is something else.
pub fn retries(text: &str) -> Result<u32, &'static str> {
    text.trim().parse().ok().filter(|number| *number <= MOST).ok_or("wanted a whole number from 0 to 100")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_may_have_fractions_and_are_bounded() {
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        assert_eq!(seconds(" 30 "), Ok(Duration::from_secs(30)));
        for bad in ["", "0", "-1", "nan", "inf", "1e9", "30s", "0x10"] {
            assert!(seconds(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn retries_are_whole_and_bounded() {
        assert_eq!((retries("0"), retries("100")), (Ok(0), Ok(100)));
        for bad in ["", "-1", "1.5", "101", "many"] {
            assert!(retries(bad).is_err(), "{bad}");
        }
    }
}
