//! The four floors: a module uses only floors below its own.

use std::path::{Path, PathBuf};

/// The floor of each module of `src/`.
const FLOORS: [(&str, u8); 19] = [
    ("oci", 1),
    ("bundle", 1),
    ("rego", 1),
    ("files", 1),
    ("secret", 1),
    ("causes", 1),
    ("tls", 1),
    ("store", 2),
    ("registry", 2),
    ("server", 2),
    ("eval", 2),
    ("sources", 2),
    ("signing", 2),
    ("keychain", 2),
    ("config", 2),
    ("templates", 2),
    ("ops", 3),
    ("ui", 3),
    ("cli", 4),
];

fn floor_of(module: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == module).map(|(_, floor)| *floor)
}

/// The modules a text names by `crate::`, in a path or in the braces of a `use`.
fn named(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (place, _) in text.match_indices("crate::") {
        let rest = &text[place + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let (mut depth, mut name) = (0, String::new());
            for character in group.chars() {
                match character {
                    '}' if depth == 0 => break,
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    ',' if depth == 0 => names.push(std::mem::take(&mut name)),
                    _ if depth == 0 && !character.is_whitespace() => name.push(character),
                    _ => {}
                }
            }
            names.push(name);
        } else {
            names.push(rest.to_owned());
        }
    }
    let word = |name: &String| name.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    names.iter().map(word).filter(|name| !name.is_empty()).collect()
}

/// What a file of a module must not name.
fn trespasses(module: &str, text: &str) -> Vec<String> {
    let Some(own) = floor_of(module) else { return vec![format!("{module} stands on no floor")] };
    named(text)
        .into_iter()
        .filter(|name| name != module)
        .filter(|name| floor_of(name).is_none_or(|floor| floor >= own))
        .map(|name| format!("{module} (floor {own}) uses {name}"))
        .collect()
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn no_module_uses_its_own_floor_or_a_higher_one() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    files(&source, &mut found);
    let mut wrong = Vec::new();
    for path in found {
        let name = path.strip_prefix(&source).unwrap().to_str().unwrap().replace('\\', "/");
        if matches!(name.as_str(), "lib.rs" | "main.rs") {
            continue;
        }
        let module = name.split(['/', '.']).next().unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        wrong.extend(trespasses(module, &text).into_iter().map(|what| format!("{name}: {what}")));
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn an_upward_and_a_sideways_import_are_found() {
    assert_eq!(trespasses("store", "use crate::ops::push;"), ["store (floor 2) uses ops"]);
    assert_eq!(trespasses("store", "fn x() { crate::registry::Client::new() }"), ["store (floor 2) uses registry"]);
    assert_eq!(
        trespasses("oci", "use crate::{files::write, store::Store};"),
        ["oci (floor 1) uses files", "oci (floor 1) uses store"]
    );
    assert_eq!(trespasses("store", "use crate::oci::Digest;\nuse crate::store::blob;"), Vec::<String>::new());
    assert_eq!(trespasses("attic", ""), ["attic stands on no floor"]);
}

#[test]
fn a_crate_is_named_by_one_module_alone() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    files(&source, &mut found);
    let owners = [
        ("oci_client::", "registry"),
        ("reqwest::", "registry, eval"),
        ("regorus::", "eval"),
        ("keyring::", "keychain"),
        ("clap::", "cli"),
        ("axum::", "server"),
        ("comfy_table::", "ui"),
        ("rustyline::", "ui"),
    ];
    for path in found {
        let name = path.strip_prefix(&source).unwrap().to_str().unwrap().replace('\\', "/");
        let module = name.split(['/', '.']).next().unwrap().to_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        for (crate_name, owner) in owners {
            let used = text.lines().any(|line| !line.trim_start().starts_with("//") && line.contains(crate_name));
            assert!(
                !used || owner.split(", ").any(|owner| module == owner),
                "{name} names {crate_name}, which only {owner} may"
            );
        }
    }
}
