//! Operands that are times.

use crate::eval::Value;

use super::super::error::failed;
use super::super::{BuiltinError, operand};
use super::calendar::Moment;
use super::zone::Zone;

/// A time and what goes with it.
pub(super) struct Given {
    /// Nanoseconds since 1970.
    pub(super) time: i64,
    pub(super) zone: Zone,
    /// The layout; empty where none is given.
    pub(super) layout: String,
}

impl Given {
    /// A number, or an array of one with a zone and a layout.
    pub(super) fn read(value: &Value) -> Result<Self, BuiltinError> {
        let either = || operand::wrong(1, value, &["either number (ns) or [number (ns), string (tz)]"]);
        let items = match value {
            Value::Number(_) => std::slice::from_ref(value),
            Value::Array(items) => items.as_slice(),
            _ => return Err(either()),
        };
        let [time, more @ ..] = items else { return Err(either()) };
        let Value::Number(number) = time else { return Err(operand::wrong(1, time, &["number"])) };
        let text = |value: &Value| match value {
            Value::String(text) => Ok(text.to_string()),
            other => Err(operand::wrong(1, other, &["string"])),
        };
        let zone = more.first().map(text).transpose()?.unwrap_or_default();
        let zone = Zone::named(&zone).map_err(failed)?;
        let layout = more.get(1).map(text).transpose()?.unwrap_or_default();
        let time = number.integer().and_then(|time| i64::try_from(time).ok());
        let time = time.ok_or_else(|| failed("timestamp too big"))?;
        Ok(Self { time, zone, layout })
    }

    pub(super) fn moment(&self) -> Moment {
        Moment::new(self.time, &self.zone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_an_integer_however_it_is_written() {
        let time = |json: &str| Given::read(&Value::from_json(json).unwrap()).map(|given| given.time);
        assert_eq!(time("3.0").unwrap(), 3);
        assert_eq!(time("[1e3, \"UTC\"]").unwrap(), 1000);
        for json in ["1.5", "1e20"] {
            assert_eq!(time(json).unwrap_err().to_string(), "timestamp too big", "{json}");
        }
    }
}
