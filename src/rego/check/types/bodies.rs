//! Bodies: their expressions in the order they are evaluated in.

use super::Checker;
use super::fault::Found;
use crate::rego::syntax::{Body, ExpressionId};

impl Checker<'_, '_> {
    /// Types a body; the variables it binds keep their types.
    pub(super) fn body(&mut self, body: Body, found: &mut Vec<Found>) {
        for expression in self.unit.nodes.body(body) {
            self.expression(*expression, found);
        }
    }

    fn expression(&mut self, id: ExpressionId, found: &mut Vec<Found>) {
        let expression = *self.unit.nodes.expression(id);
        let replaced = if expression.with.is_empty() { self.replaced.len() } else { self.replace(expression.with) };
        let before = found.len();
        self.closures_of(id, found);
        self.references(id, found);
        if let Some(error) = self.call(&expression) {
            // Where something inside the expression is wrong, a type that could not be told is a consequence of that.
            let consequence = found.len() > before && error.fault.is_of_unknown_type(&self.types);
            if !consequence {
                found.push(error);
            }
        }
        self.replaced.truncate(replaced);
    }
}
