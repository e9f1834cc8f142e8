//! The arguments of a function become variables of its own.

use super::Locals;
use super::scopes::Occurrence;
use crate::rego::check::errors::Code;
use crate::rego::syntax::{List, TermId, TermKind};

impl Locals<'_, '_> {
    /// Replaces the variables of arguments.
    pub(super) fn arguments(&mut self, arguments: List<TermId>) {
        for argument in self.unit.nodes.terms(arguments).to_vec() {
            self.argument(argument);
        }
    }

    fn argument(&mut self, id: TermId) {
        let term = self.unit.nodes.term(id);
        match term.kind {
            TermKind::Var(name) => {
                let becomes = match self.scopes.declared(name) {
                    Some(becomes) => {
                        self.scopes.seen(name);
                        becomes
                    }
                    None => {
                        let becomes = self.unit.make(Some(name));
                        self.scopes.insert(name, becomes, Occurrence::Argument);
                        becomes
                    }
                };
                self.set_variable(id, becomes);
            }
            TermKind::Ref(list) | TermKind::Array(list) => self.arguments(list),
            TermKind::Object(entries) => {
                for entry in self.unit.nodes.terms(entries).to_vec().chunks(2) {
                    if let Some(value) = entry.get(1) {
                        self.argument(*value);
                    }
                }
            }
            TermKind::Call(_) => self.refuse(Code::Compile, term.location, "rule arguments cannot contain calls"),
            TermKind::Null
            | TermKind::Boolean(_)
            | TermKind::Number(_)
            | TermKind::String { .. }
            | TermKind::Set(_)
            | TermKind::ArrayComprehension { .. }
            | TermKind::SetComprehension { .. }
            | TermKind::ObjectComprehension { .. }
            | TermKind::TemplateString { .. } => {}
        }
    }
}
