//! Rules and packages that are taken away again.

use super::package::{Item, overlap, reference_of};
use super::{Asking, Session, SessionError, typed};
use crate::rego::syntax::{
    Body, ExpressionKind, Module, Options, RegoVersion, TermId, TermKind, TypedKind, parse_query, parse_statements,
};

impl Session {
    /// Takes away the rules of the current package at or below a ref, or above it; whether there were any.
    ///
    /// # Errors
    /// What the others need is not taken away.
    pub fn unset(&mut self, reference: &str) -> Result<bool, SessionError> {
        let bad = |text: &str| SessionError::Plain(format!("code bad arguments: {text}"));
        let options = Options::new(RegoVersion::V1);
        let read = parse_query(reference.as_bytes(), "", &options).ok();
        let Some((module, term)) = read.and_then(|(module, body)| only_term(&module, body).map(|term| (module, term)))
        else {
            return Err(bad("argument must identify a rule"));
        };
        let no_rule = || bad("arguments must identify a rule");
        let parts = match module.term(term).kind {
            TermKind::Var(name) => vec![module.text(name).to_owned()],
            TermKind::Ref(list) => {
                let terms = module.terms(list);
                let head = terms.first().map(|head| module.term(*head).kind);
                let Some(TermKind::Var(name)) = head else { return Err(no_rule()) };
                let is_open = |term: &_| !is_ground(&module, *term);
                match module.text(name) {
                    root @ ("data" | "input") => vec![root.to_owned()],
                    _ if terms.iter().skip(1).any(is_open) => return Err(no_rule()),
                    _ => typed::parts(&module, list),
                }
            }
            _ => return Err(no_rule()),
        };
        self.remove(&parts)
    }

    /// Takes a typed package away; whether there was one.
    ///
    /// # Errors
    /// A text that is no path.
    pub fn unset_package(&mut self, path: &str) -> Result<bool, SessionError> {
        let text = format!("package {path}");
        let read = parse_statements(text.as_bytes(), &Options::new(RegoVersion::V1)).ok();
        let path = read.and_then(|typed| match typed.statements.as_slice() {
            [only] => match &only.kind {
                TypedKind::Package(package) => Some(typed::package_path(&typed.module, package)),
                _ => None,
            },
            _ => None,
        });
        let Some(path) = path else {
            return Err(SessionError::Plain("code bad arguments: argument must identify a package".to_owned()));
        };
        let name = reference_of(&path);
        if self.packages.remove(&name).is_none() {
            return Ok(false);
        }
        if self.current.as_ref() == Some(&name) {
            self.current = None;
        }
        Ok(true)
    }

    /// Takes away the rules of the current package that overlap with a head.
    pub(super) fn remove(&mut self, head: &[String]) -> Result<bool, SessionError> {
        let Some((name, package)) = self.current.clone().zip(self.package().cloned()) else { return Ok(false) };
        let is_kept = |item: &Item| match item {
            Item::Import(_) => true,
            Item::Rule(rule) => !overlap(&rule.reference, head),
        };
        let items: Vec<Item> = package.items.iter().filter(|item| is_kept(item)).cloned().collect();
        if items.len() == package.items.len() {
            return Ok(false);
        }
        let package = package.with(items, &self.reading)?;
        let _ = self.checked(Some((&name, &package)), &Asking::default())?;
        let _ = self.packages.insert(name, package);
        Ok(true)
    }
}

fn only_term(module: &Module, body: Body) -> Option<TermId> {
    let [only] = module.body(body) else { return None };
    match module.expression(*only).kind {
        ExpressionKind::Term(term) => Some(term),
        _ => None,
    }
}

/// Whether a part of a ref is a constant.
fn is_ground(module: &Module, term: TermId) -> bool {
    match module.term(term).kind {
        TermKind::Null | TermKind::Boolean(_) | TermKind::Number(_) | TermKind::String { .. } => true,
        TermKind::Array(list) | TermKind::Set(list) | TermKind::Object(list) => {
            module.terms(list).iter().all(|part| is_ground(module, *part))
        }
        _ => false,
    }
}
