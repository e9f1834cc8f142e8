//! The names that complete a word: commands, packages, rules, documents, built-in functions with their signatures.

use super::commands::NAMES;
use crate::eval::Value;
use crate::eval::session::Session;
use crate::rego::capabilities::Capabilities;
use crate::rego::types::{Shape, Type, Types};
use crate::ui::editor::Candidate;

/// How deep base documents are named.
const DEPTH: usize = 4;

/// How many base documents are named at most.
const DOCUMENTS: usize = 5_000;

fn plain(name: String) -> Candidate {
    Candidate { shown: name.clone(), name, leads: false }
}

/// The names that complete a word of a session.
pub(super) fn candidates(session: &Session, capabilities: &Capabilities) -> Vec<Candidate> {
    let command = |name: &&str| Candidate { name: (*name).to_owned(), shown: (*name).to_owned(), leads: true };
    let mut all: Vec<Candidate> = NAMES.iter().filter(|name| **name != "ctrl+l").map(command).collect();
    all.extend(["package", "import"].iter().map(command));
    all.extend(session.imported_names().into_iter().map(plain));
    for rule in session.rules() {
        for name in [Some(rule.path), rule.short].into_iter().flatten() {
            let shown = match rule.arguments.as_slice() {
                [] => name.clone(),
                arguments => format!("{name}({})", arguments.join(", ")),
            };
            all.push(Candidate { name, shown, leads: false });
        }
    }
    all.extend(session.package_names().into_iter().map(plain));
    let mut documents = Vec::new();
    below(session.data(), "data", 1, &mut documents);
    all.extend(documents.into_iter().map(plain));
    let mut types = Types::default();
    for builtin in capabilities.builtins() {
        if builtin.name.starts_with("internal.") || builtin.infix.is_some() {
            continue;
        }
        let signature = builtin.signature(&mut types);
        let shown = format!("{}{}", builtin.name, signature_text(&types, signature));
        all.push(Candidate { name: builtin.name.to_string(), shown, leads: false });
    }
    all
}

/// What a function takes and gives, with the names there are.
fn signature_text(types: &Types, of: Type) -> String {
    let Shape::Function { arguments, variadic, result } = types.shape(of) else { return String::new() };
    let mut parts: Vec<String> = types.items(arguments).iter().map(|argument| types.text(*argument)).collect();
    parts.extend((!variadic.is_unknown()).then(|| types.text(variadic) + "..."));
    let result = if result.is_unknown() { String::new() } else { format!(" => {}", types.text(types.unnamed(result))) };
    format!("({}){result}", parts.join(", "))
}

/// The paths of base documents.
fn below(value: &Value, path: &str, depth: usize, found: &mut Vec<String>) {
    let Some(entries) = value.as_object() else { return };
    for (key, value) in entries.iter() {
        let Some(key) = key.as_string() else { continue };
        if depth > DEPTH || found.len() >= DOCUMENTS {
            return;
        }
        let mut whole = path.to_owned();
        crate::rego::syntax::write_part(key, &mut whole);
        found.push(whole.clone());
        below(value, &whole, depth + 1, found);
    }
}
