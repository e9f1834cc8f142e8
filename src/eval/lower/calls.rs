//! Calls, `with`.

use super::names::{Plan, dotted};
use super::{CONSTANT, Writer};
use crate::rego::capabilities::Capabilities;
use crate::rego::syntax::{List, Module, TermId};

/// The package of the functions that stand for built-ins.
const WRAPPERS: &str = "policy_builtins";

/// Where a term stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Position {
    /// It is the whole expression.
    Top,
    /// Between commas or brackets.
    Inside,
    /// Beside an operator, or before a part of a ref.
    Operand,
}

/// The infix operators.
const INFIX: [(&str, &str); 15] = [
    ("eq", " = "),
    ("assign", " := "),
    ("equal", " == "),
    ("neq", " != "),
    ("lt", " < "),
    ("gt", " > "),
    ("lte", " <= "),
    ("gte", " >= "),
    ("and", " & "),
    ("or", " | "),
    ("plus", " + "),
    ("minus", " - "),
    ("mul", " * "),
    ("div", " / "),
    ("rem", " % "),
];

/// Operators that cannot be carried out on all values.
const PARTIAL: [&str; 7] = ["and", "or", "plus", "minus", "mul", "div", "rem"];

/// The built-ins that the `with` of a module name.
pub(in crate::eval) fn replaced(module: &Module, names: &mut std::collections::BTreeSet<String>) {
    if !module.nodes().has_with() {
        return;
    }
    for (_, expression) in module.nodes().all_expressions() {
        for with in module.withs(expression.with) {
            for term in [with.target, with.value] {
                if let Some(name) = dotted(module, term)
                    && Capabilities::current().builtin(&name).is_some_and(|builtin| !builtin.variadic)
                {
                    names.insert(name);
                }
            }
        }
    }
}

/// The module of the functions that stand for built-ins.
pub(in crate::eval) fn wrappers(plan: &Plan) -> String {
    let mut text = format!("package {WRAPPERS}\n");
    for name in &plan.wrapped {
        let Some(builtin) = Capabilities::current().builtin(name) else { continue };
        let arguments: Vec<String> = (0..builtin.arity).map(|number| format!("x{number}")).collect();
        let arguments = arguments.join(", ");
        let function = wrapper(name);
        let call = match INFIX.iter().find(|(known, _)| known == name) {
            Some((_, sign)) => format!("x0{sign}x1"),
            None => format!("{name}({arguments})"),
        };
        if builtin.arity == 0 {
            // A function has arguments; a rule gives the same.
            text.push_str(&format!("{function} := {call}\n"));
        } else {
            text.push_str(&format!("{function}({arguments}) := {call}\n"));
        }
    }
    text
}

fn wrapper(name: &str) -> String {
    name.replace('.', "_") + "__"
}

impl Writer<'_> {
    /// A call: an operator and its arguments.
    pub(super) fn call(&mut self, terms: List<TermId>, position: Position) {
        let module = self.module;
        let Some((operator, arguments)) = module.terms(terms).split_first() else { return };
        let name = dotted(module, *operator).unwrap_or_default();
        match (name.as_str(), arguments) {
            ("internal.member_2", [value, domain]) => self.membership(None, *value, *domain, position),
            ("internal.member_3", [key, value, domain]) => self.membership(Some(*key), *value, *domain, position),
            ("rego.metadata.chain" | "rego.metadata.rule", []) => {
                let Some((chain, rule)) = self.metadata.clone() else { return };
                let number = self.keep(if name.ends_with("chain") { chain } else { rule });
                self.constant(number);
            }
            _ => self.plain(&name, *operator, arguments, position),
        }
    }

    fn plain(&mut self, name: &str, operator: TermId, arguments: &[TermId], position: Position) {
        let is_imported = self.imported.contains_key(name.split('.').next().unwrap_or_default());
        let builtin = Capabilities::current().builtin(name).filter(|_| !is_imported);
        if let Some(builtin) = builtin
            && !builtin.variadic
            && !builtin.relation
            && arguments.len() == builtin.arity + 1
            && let Some((output, rest)) = arguments.split_last()
        {
            if position != Position::Top {
                self.out.push('(');
            }
            self.term_at(*output, Position::Operand);
            self.out.push_str(if position == Position::Top { " = " } else { " == " });
            self.plain(name, operator, rest, Position::Operand);
            if position != Position::Top {
                self.out.push(')');
            }
            return;
        }
        let infix = INFIX.iter().find(|(known, _)| *known == name);
        if let (Some((_, sign)), [left, right]) = (infix, arguments)
            && !self.plan.wrapped.contains(name)
        {
            if self.plan.careful && PARTIAL.contains(&name) {
                self.out.push_str(&format!("policy_{name}("));
                self.separated(arguments);
                self.out.push(')');
                return;
            }
            let parentheses = position != Position::Top || name == "or";
            if parentheses {
                self.out.push('(');
            }
            self.term_at(*left, Position::Operand);
            self.out.push_str(sign);
            self.term_at(*right, Position::Operand);
            if parentheses {
                self.out.push(')');
            }
            return;
        }
        if self.plan.wrapped.contains(name) && builtin.is_some() {
            self.out.push_str(&format!("data.{WRAPPERS}.{}", wrapper(name)));
            if arguments.is_empty() {
                return;
            }
        } else if builtin.is_some() {
            self.out.push_str(name);
        } else {
            self.term_at(operator, Position::Operand);
        }
        self.out.push('(');
        self.separated(arguments);
        self.out.push(')');
    }

    fn membership(&mut self, key: Option<TermId>, value: TermId, domain: TermId, position: Position) {
        if position != Position::Top {
            self.out.push('(');
        }
        if let Some(key) = key {
            self.term_at(key, Position::Operand);
            self.out.push_str(", ");
        }
        self.term_at(value, Position::Operand);
        self.out.push_str(" in ");
        self.term_at(domain, Position::Operand);
        if position != Position::Top {
            self.out.push(')');
        }
    }

    pub(super) fn constant(&mut self, number: usize) {
        self.out.push_str(&format!("{CONSTANT}({}, {number})", self.number));
    }

    pub(super) fn with(&mut self, target: TermId, value: TermId) {
        for (word, term) in [(" with ", target), (" as ", value)] {
            self.out.push_str(word);
            match dotted(self.module, term).filter(|name| self.plan.wrapped.contains(name)) {
                Some(name) => self.out.push_str(&format!("data.{WRAPPERS}.{}", wrapper(&name))),
                None => self.term(term),
            }
        }
    }
}
