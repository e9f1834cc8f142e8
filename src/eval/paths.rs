//! The rules that can be asked for by their path alone.

use crate::rego::syntax::{Body, ExpressionKind, Module, TermId, TermKind};
use std::collections::HashSet;

/// The paths of rules that no other rule, and no package, lies below.
#[derive(Debug, Default)]
pub(super) struct Paths {
    rules: HashSet<String>,
}

impl Paths {
    /// Those of some modules.
    pub(super) fn of(modules: &[Module]) -> Self {
        let (mut rules, mut above) = (HashSet::new(), HashSet::new());
        for module in modules {
            let mut package = String::new();
            for part in constants(module, module.terms(module.package.path)).0 {
                push(&mut package, part);
                above.insert(package.clone());
            }
            for rule in module.rules.iter().filter_map(|id| module.rule(*id)) {
                let (parts, is_whole) = constants(module, module.terms(rule.head.reference));
                let is_plain = is_whole
                    && rule.head.arguments.is_empty()
                    && (rule.head.key.is_none() || rule.head.value.is_none());
                let mut path = package.clone();
                for (place, part) in parts.iter().enumerate() {
                    push(&mut path, part);
                    if place + 1 < parts.len() || !is_plain {
                        above.insert(path.clone());
                    }
                }
                rules.insert(path);
            }
        }
        rules.retain(|path| !above.contains(path));
        Self { rules }
    }

    /// The path a query asks for, and nothing else.
    pub(super) fn asked(&self, module: &Module, body: Body) -> Option<String> {
        let [only] = module.body(body) else { return None };
        let expression = module.expression(*only);
        let ExpressionKind::Term(term) = expression.kind else { return None };
        let TermKind::Ref(parts) = module.term(term).kind else { return None };
        let (parts, is_whole) = constants(module, module.terms(parts));
        if expression.negated || !expression.with.is_empty() || !is_whole {
            return None;
        }
        let mut path = String::new();
        parts.iter().for_each(|part| push(&mut path, part));
        self.rules.contains(&path).then_some(path)
    }
}

/// The names a ref begins with, and whether it is made of them alone.
fn constants<'a>(module: &'a Module, parts: &[TermId]) -> (Vec<&'a str>, bool) {
    let text = |(place, part): (usize, &TermId)| match module.term(*part).kind {
        TermKind::Var(name) if place == 0 => Some(module.text(name)),
        TermKind::String { value, .. } => {
            let text = module.text(value);
            let is_name = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            is_name.then_some(text)
        }
        _ => None,
    };
    let names: Vec<&str> = parts.iter().enumerate().map_while(text).collect();
    let is_whole = names.len() == parts.len();
    (names, is_whole)
}

fn push(path: &mut String, part: &str) {
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(part);
}
