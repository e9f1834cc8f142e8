//! Modules as text that regorus reads, which means what OPA takes the author's text to mean.
//!
//! regorus reads less than OPA, and some things otherwise. What is written here is the plainest Rego there is: rules of v1,
//! every expression on a line of its own, infix operators in parentheses, no keyword as a name, no template string, no
//! `and`, `or`, `not { … }`, deep constants taken out of the text. The line of an expression tells its place in the
//! author's text.

mod bodies;
mod calls;
mod constants;
mod imports;
mod metadata;
mod names;
mod rules;
mod terms;

pub(super) use calls::{replaced, wrappers};
pub(super) use names::Plan;

use super::scope::Scope;
use crate::rego::syntax::{Body, Location, Module};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

/// A module for regorus.
pub(super) struct Lowered {
    /// The text.
    pub(super) text: String,
    /// The byte of the author's text that each line stands for.
    pub(super) lines: Vec<u32>,
    /// The values that the text fetches by number.
    pub(super) constants: Vec<regorus::Value>,
}

/// The function that fetches a constant: the number of its module, its own.
pub(super) const CONSTANT: &str = "policy_constant";
/// The function that joins the parts of a template string.
pub(super) const TEMPLATE: &str = "policy_template";
/// The functions that build what nests too deep to be written, by how many members they take.
pub(super) const ARRAY: &str = "policy_array";

/// How deep a text may nest before it is refused.
const DEEPEST: usize = 1_000;

/// Nested too deep to be evaluated, at this byte.
#[derive(Debug, Clone, Copy)]
pub(super) struct TooDeep {
    pub(super) at: u32,
}

/// A module as text for regorus. `number` is what [`CONSTANT`] knows it by.
pub(super) fn lower(module: &Module, plan: &Arc<Plan>, number: usize) -> Result<Lowered, TooDeep> {
    let mut writer = Writer::new(module, plan, number);
    writer.imported = imports::written_out(module);
    writer.module();
    writer.finish()
}

/// The body of a query as text for regorus, with the names of the variables that hold what its terms are, by the place of
/// their expression.
pub(super) fn lower_query(
    module: &Module,
    body: Body,
    plan: &Arc<Plan>,
    number: usize,
    scope: &Scope,
) -> Result<(Lowered, Vec<Option<String>>), TooDeep> {
    let mut writer = Writer::new(module, plan, number);
    writer.scope = Some(scope);
    let captured = writer.query(body);
    Ok((writer.finish()?, captured))
}

/// A text being written.
struct Writer<'a> {
    module: &'a Module,
    plan: &'a Plan,
    number: usize,
    out: String,
    lines: Vec<u32>,
    constants: Vec<regorus::Value>,
    depth: usize,
    /// How many expressions of template strings were written.
    parts: usize,
    /// How many brackets are open.
    brackets: usize,
    /// Whether constants stay in the text.
    in_pattern: bool,
    too_deep: Option<TooDeep>,
    /// What names mean that are no variables, in a query.
    scope: Option<&'a Scope>,
    /// The names of imports and what they stand for.
    imported: HashMap<String, String>,
    /// Whether a name is that of a rule.
    in_head: bool,
    /// What `rego.metadata.chain()` and `rego.metadata.rule()` are in the rule being written.
    metadata: Option<(regorus::Value, regorus::Value)>,
}

impl<'a> Writer<'a> {
    fn new(module: &'a Module, plan: &'a Plan, number: usize) -> Self {
        Self {
            module,
            plan,
            number,
            out: String::with_capacity(module.source.len() + module.source.len() / 4),
            lines: vec![u32::MAX],
            constants: Vec::new(),
            depth: 0,
            parts: 0,
            brackets: 0,
            in_pattern: false,
            too_deep: None,
            scope: None,
            imported: HashMap::new(),
            in_head: false,
            metadata: None,
        }
    }

    /// A writer of pieces that call nothing.
    fn bare(module: &'a Module) -> Self {
        static PLAN: LazyLock<Plan> = LazyLock::new(Plan::default);
        Self::new(module, &PLAN, 0)
    }

    fn finish(self) -> Result<Lowered, TooDeep> {
        match self.too_deep {
            Some(error) => Err(error),
            None => Ok(Lowered { text: self.out, lines: self.lines, constants: self.constants }),
        }
    }

    /// Begins a line that stands for a place.
    fn line(&mut self, location: Location) {
        self.out.push('\n');
        self.lines.push(location.at);
    }

    /// Goes one level down, unless that is too deep.
    fn deeper(&mut self, at: u32, write: impl FnOnce(&mut Self)) {
        if self.depth >= DEEPEST {
            self.too_deep.get_or_insert(TooDeep { at });
            return;
        }
        self.depth += 1;
        write(self);
        self.depth -= 1;
    }
}
