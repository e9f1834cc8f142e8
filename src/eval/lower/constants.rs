//! Constants that are taken out of the text.

use super::Writer;
use crate::rego::syntax::{TermId, TermKind};
use regorus::Value;

/// How many nodes a constant has at least that is taken out.
const LARGE: usize = 16;

impl Writer<'_> {
    /// The number of a composite constant that is large or nested.
    pub(super) fn taken_out(&mut self, id: TermId) -> Option<usize> {
        let members = match self.module.term(id).kind {
            TermKind::Array(members) | TermKind::Set(members) | TermKind::Object(members) => members,
            _ => return None,
        };
        let is_nested = self.module.terms(members).iter().any(|member| {
            matches!(self.module.term(*member).kind, TermKind::Array(_) | TermKind::Set(_) | TermKind::Object(_))
        });
        if !is_nested && members.len() < LARGE {
            return None;
        }
        let value = self.value_of(id, 0)?;
        Some(self.keep(value))
    }

    pub(super) fn keep(&mut self, value: Value) -> usize {
        self.constants.push(value);
        self.constants.len() - 1
    }

    /// The value of a term that is a constant.
    fn value_of(&self, id: TermId, depth: usize) -> Option<Value> {
        if depth > super::DEEPEST {
            return None;
        }
        let module = self.module;
        let value = |id: &TermId| self.value_of(*id, depth + 1);
        Some(match module.term(id).kind {
            TermKind::Null => Value::Null,
            TermKind::Boolean(value) => Value::Bool(value),
            TermKind::Number(text) => Value::from_json_str(module.text(text)).ok()?,
            TermKind::String { value, .. } => Value::from(module.text(value)),
            TermKind::Array(members) => {
                let members: Option<Vec<Value>> = module.terms(members).iter().map(value).collect();
                Value::from(members?)
            }
            TermKind::Set(members) => {
                let mut set = Value::new_set();
                let inside = set.as_set_mut().ok()?;
                for member in module.terms(members) {
                    inside.insert(value(member)?);
                }
                set
            }
            TermKind::Object(entries) => {
                let mut object = Value::new_object();
                let inside = object.as_object_mut().ok()?;
                for entry in module.terms(entries).chunks(2) {
                    let [key, held] = entry else { return None };
                    inside.insert(value(key)?, value(held)?);
                }
                object
            }
            _ => return None,
        })
    }
}
