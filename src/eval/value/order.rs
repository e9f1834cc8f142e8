//! OPA's order of values.

use super::Value;
use std::cmp::Ordering;
use std::sync::Arc;

impl Value {
    /// The place of its type among those of OPA.
    const fn rank(&self) -> u8 {
        match self {
            Self::Undefined => 0,
            Self::Null => 1,
            Self::Bool(_) => 2,
            Self::Number(_) => 3,
            Self::String(_) => 4,
            Self::Array(_) => 5,
            Self::Object(_) => 6,
            Self::Set(_) => 7,
        }
    }
}

impl Ord for Value {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Bool(left), Self::Bool(right)) => left.cmp(right),
            (Self::Number(left), Self::Number(right)) => left.cmp(right),
            (Self::String(left), Self::String(right)) => left.cmp(right),
            (Self::Array(left), Self::Array(right)) if Arc::ptr_eq(left, right) => Ordering::Equal,
            (Self::Array(left), Self::Array(right)) => left.cmp(right),
            (Self::Object(left), Self::Object(right)) if Arc::ptr_eq(left, right) => Ordering::Equal,
            (Self::Object(left), Self::Object(right)) => left.cmp(right),
            (Self::Set(left), Self::Set(right)) if Arc::ptr_eq(left, right) => Ordering::Equal,
            (Self::Set(left), Self::Set(right)) => left.cmp(right),
            (left, right) => left.rank().cmp(&right.rank()),
        }
    }
}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::String(left), Self::String(right)) => left == right,
            (Self::Array(left), Self::Array(right)) => left.len() == right.len() && self.cmp(other).is_eq(),
            (Self::Object(left), Self::Object(right)) => left.len() == right.len() && self.cmp(other).is_eq(),
            (Self::Set(left), Self::Set(right)) => left.len() == right.len() && self.cmp(other).is_eq(),
            _ => self.cmp(other).is_eq(),
        }
    }
}

impl Eq for Value {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_stand_in_opas_order() {
        let values = [
            Value::Null,
            Value::from(false),
            Value::from(true),
            Value::from(-1),
            Value::from(2),
            Value::from("a"),
            Value::from(Vec::new()),
            Value::new_object(),
            Value::new_set(),
        ];
        assert!(values.is_sorted());
    }

    #[test]
    fn members_decide_before_their_number_does() {
        let array = |members: &[i64]| Value::from(members.iter().copied().map(Value::from).collect::<Vec<_>>());
        assert!(array(&[1, 2, 3]) < array(&[1, 3]));
        assert!(array(&[1]) < array(&[1, 0]));
        assert_eq!(array(&[1, 2]), array(&[1, 2]));
    }
}
