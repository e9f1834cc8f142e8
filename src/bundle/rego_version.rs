//! The versions of Rego a module can be written in.

use std::fmt;
use std::str::FromStr;

/// A version of Rego.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RegoVersion {
    /// Rego as before OPA 1.0.
    V0,
    /// Rego as before OPA 1.0 that must also read as Rego of OPA 1.0.
    V0V1,
    /// Rego of OPA 1.0.
    V1,
    /// Rego 2.
    V2,
}

/// A text that names no version of Rego.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no version of Rego (rego.v0, rego.v0v1, rego.v1 or rego.v2)")]
pub struct RegoVersionError(pub String);

impl RegoVersion {
    /// The number `.manifest` carries for it; [`V0V1`](Self::V0V1) is told as 0.
    #[must_use]
    pub fn number(self) -> i64 {
        match self {
            Self::V0 | Self::V0V1 => 0,
            Self::V1 => 1,
            Self::V2 => 2,
        }
    }

    /// The version behind a number of `.manifest`; `None` for one that OPA 1.22.2 does not know.
    #[must_use]
    pub fn from_number(number: i64) -> Option<Self> {
        match number {
            0 => Some(Self::V0),
            1 => Some(Self::V1),
            2 => Some(Self::V2),
            _ => None,
        }
    }

    /// The name people type: `rego.v1`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V0 => "rego.v0",
            Self::V0V1 => "rego.v0v1",
            Self::V1 => "rego.v1",
            Self::V2 => "rego.v2",
        }
    }
}

impl FromStr for RegoVersion {
    type Err = RegoVersionError;

    fn from_str(text: &str) -> Result<Self, RegoVersionError> {
        [Self::V0, Self::V0V1, Self::V1, Self::V2]
            .into_iter()
            .find(|version| version.as_str() == text)
            .ok_or_else(|| RegoVersionError(text.to_owned()))
    }
}

impl fmt::Display for RegoVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_typed_by_name_and_written_by_number() {
        for (name, number) in [("rego.v0", 0), ("rego.v0v1", 0), ("rego.v1", 1), ("rego.v2", 2)] {
            let version: RegoVersion = name.parse().unwrap();
            assert_eq!((version.to_string().as_str(), version.number()), (name, number));
        }
        assert!("v1".parse::<RegoVersion>().is_err());
        assert_eq!(RegoVersion::from_number(0), Some(RegoVersion::V0));
        assert_eq!(RegoVersion::from_number(3), None);
    }
}
