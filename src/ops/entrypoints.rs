//! Which entrypoints of a build lead to a rule.

use crate::rego::syntax::{List, Module, TermId, TermKind, write_part};

/// The paths, such as `data.authz.allow`, of those entrypoints at, above or below which no module has a rule.
pub(super) fn undefined(modules: &[Module], entrypoints: &[String]) -> Vec<String> {
    let paths = entrypoints.iter().map(|entrypoint| entrypoint.split('/').filter(|part| !part.is_empty()).collect());
    let undefined =
        paths.filter(|path: &Vec<&str>| path.is_empty() || !modules.iter().any(|module| leads(module, path)));
    undefined.map(|path| std::iter::once("data").chain(path).collect::<Vec<_>>().join(".")).collect()
}

/// What OPA says of entrypoints that nothing can be optimised for; `None` where there is nothing to say.
#[must_use]
pub fn fault(modules: &[Module], entrypoints: &[String]) -> Option<String> {
    if entrypoints.is_empty() {
        return Some("bundle optimizations require at least one entrypoint".to_owned());
    }
    if let Some(path) = undefined(modules, entrypoints).first()
        && path.matches('.').count() > 1
    {
        return Some(format!("undefined entrypoint {path}"));
    }
    let short =
        entrypoints.iter().find(|entrypoint| entrypoint.split('/').filter(|part| !part.is_empty()).count() < 2)?;
    let mut path = "data".to_owned();
    short.split('/').filter(|part| !part.is_empty()).for_each(|part| write_part(part, &mut path));
    Some(format!(
        "invalid entrypoint {path}: to create optimized support module, the entrypoint ref must have at least two \
         components in addition to the 'data' root"
    ))
}

fn leads(module: &Module, path: &[&str]) -> bool {
    let package = names(module, module.package.path);
    let package = package.get(1..).unwrap_or_default();
    let apart = package.iter().zip(path).any(|(one, other)| one != other);
    let heads = module.rules.iter().filter_map(|rule| module.rule(*rule)).map(|rule| rule.head.reference);
    !apart
        && heads
            .map(|reference| names(module, reference))
            .any(|names| package.iter().chain(&names).zip(path).all(|(one, other)| one == other))
}

/// The parts of a ref that are names, as far as they go.
fn names(module: &Module, parts: List<TermId>) -> Vec<&str> {
    let name = |(place, part): (usize, &TermId)| match module.term(*part).kind {
        TermKind::Var(name) if place == 0 => Some(module.text(name)),
        TermKind::String { value, .. } => Some(module.text(value)),
        _ => None,
    };
    module.terms(parts).iter().enumerate().map_while(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rego::syntax::{Options, RegoVersion, parse};

    #[test]
    fn an_entrypoint_is_a_rule_a_package_or_a_part_of_a_rules_value() {
        let text = b"package authz.v1\n\nallow.read := {\"a\": 1}\n\nroles[x] := 1 if some x in input.roles\n";
        let empty = b"package other";
        let read = |text: &[u8]| parse(text, "a.rego", &Options::new(RegoVersion::V1)).unwrap();
        let modules = [read(text), read(empty)];
        let undefined = |entrypoint: &str| undefined(&modules, &[entrypoint.to_owned()]);
        for defined in ["authz", "authz/v1", "/authz/v1/allow", "authz/v1/allow/read/a", "authz/v1/roles/x/y"] {
            assert!(undefined(defined).is_empty(), "{defined}");
        }
        assert_eq!(undefined("authz/v2"), ["data.authz.v2"]);
        assert_eq!(undefined("authz/v1/allow/write"), ["data.authz.v1.allow.write"]);
        assert_eq!(undefined("authz.v1"), ["data.authz.v1"]);
        assert_eq!(undefined("other"), ["data.other"]);
        assert_eq!(undefined("/"), ["data"]);
    }
}
