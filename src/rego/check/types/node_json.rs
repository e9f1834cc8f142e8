//! Terms as JSON, as in the details of errors about refs.

use super::faults::Words;
use crate::rego::syntax::{Body, ExpressionId, ExpressionKind, List, Part, TermId, TermKind};
use serde_json::{Map, Value, json};

/// How deep terms are written; what is deeper is `null`.
const DEEPEST: u32 = 60;

/// Writes terms of a unit.
pub(super) struct NodeJson<'w, 'a, 'm>(pub(super) &'w Words<'a, 'm>);

impl NodeJson<'_, '_, '_> {
    /// A term: its kind and its value.
    pub(super) fn term(&self, term: TermId, depth: u32) -> Value {
        let nodes = &self.0.unit.nodes;
        if depth > DEEPEST {
            return Value::Null;
        }
        let text = |symbol| self.0.names.text(symbol);
        let (kind, value) = match nodes.term(term).kind {
            TermKind::Null => ("null", json!({})),
            TermKind::Boolean(value) => ("boolean", value.into()),
            TermKind::Number(number) => ("number", serde_json::from_str(text(number)).unwrap_or_default()),
            TermKind::String { value, .. } => ("string", text(value).into()),
            TermKind::Var(name) => match self.0.subject(name) {
                Some(subject) => return self.term(subject, depth + 1),
                None => ("var", self.0.variable(name).into()),
            },
            TermKind::Ref(parts) => ("ref", self.terms(parts, depth)),
            TermKind::Call(parts) => ("call", self.terms(parts, depth)),
            TermKind::Array(members) => ("array", self.terms(members, depth)),
            TermKind::Set(members) => ("set", self.terms(members, depth)),
            TermKind::Object(entries) => {
                let entries = nodes.terms(entries).as_chunks::<2>().0.iter();
                let entries = entries.map(|entry| entry.map(|part| self.term(part, depth + 1)));
                ("object", entries.map(Value::from_iter).collect())
            }
            TermKind::ArrayComprehension { term, body } => ("arraycomprehension", self.collected(term, body, depth)),
            TermKind::SetComprehension { term, body } => ("setcomprehension", self.collected(term, body, depth)),
            TermKind::ObjectComprehension { entry, body } => {
                let [key, value] = nodes.entry(entry).map(|term| self.term(term, depth + 1));
                ("objectcomprehension", json!({"key": key, "value": value, "body": self.body(body, depth)}))
            }
            TermKind::TemplateString { raw, parts } => {
                let parts = nodes.parts(parts).iter().map(|part| match part {
                    Part::Term(term) => self.term(*term, depth + 1),
                    Part::Expression(expression) => self.expression(*expression, depth + 1),
                });
                ("templatestring", json!({"parts": parts.collect::<Value>(), "multi_line": raw}))
            }
        };
        json!({"type": kind, "value": value})
    }

    fn terms(&self, list: List<TermId>, depth: u32) -> Value {
        self.0.unit.nodes.terms(list).iter().map(|term| self.term(*term, depth + 1)).collect()
    }

    fn collected(&self, term: TermId, body: Body, depth: u32) -> Value {
        json!({"term": self.term(term, depth + 1), "body": self.body(body, depth)})
    }

    fn body(&self, body: Body, depth: u32) -> Value {
        self.0.unit.nodes.body(body).iter().map(|expression| self.expression(*expression, depth + 1)).collect()
    }

    fn expression(&self, id: ExpressionId, depth: u32) -> Value {
        let nodes = &self.0.unit.nodes;
        let expression = nodes.expression(id);
        let terms = match expression.kind {
            ExpressionKind::Term(term) => self.term(term, depth),
            ExpressionKind::Call(parts) => self.terms(parts, depth),
            ExpressionKind::Some { symbols, .. } => json!({"symbols": self.terms(symbols, depth)}),
            ExpressionKind::Every { key, value, domain, body, .. } => json!({
                "key": key.map(|key| self.term(key, depth)),
                "value": self.term(value, depth),
                "domain": self.term(domain, depth),
                "body": self.body(body, depth),
            }),
            ExpressionKind::Not { body, .. } => json!({"body": self.body(body, depth)}),
            ExpressionKind::And(logical) | ExpressionKind::Or(logical) => {
                json!({"lhs": self.body(logical.left, depth), "rhs": self.body(logical.right, depth)})
            }
        };
        let mut object = Map::new();
        object.insert("index".to_owned(), expression.index.into());
        object.insert("terms".to_owned(), terms);
        if expression.negated {
            object.insert("negated".to_owned(), true.into());
        }
        if !expression.with.is_empty() {
            let withs = nodes.withs(expression.with).iter();
            let withs = withs
                .map(|with| json!({"target": self.term(with.target, depth), "value": self.term(with.value, depth)}));
            object.insert("with".to_owned(), withs.collect());
        }
        Value::Object(object)
    }
}
