//! A module in the layout of OPA's formatter, without its comments: where a line ends in the source, one ends here.

mod bodies;
mod calls;
mod collections;
mod imports;
mod logical;
mod rules;
mod terms;

use super::syntax::{
    Body, ExpressionId, ExpressionKind, Keywords, Location, Module, RegoVersion, RuleId, TermId, TermKind, Written,
};
use std::borrow::Cow;
use std::collections::HashMap;

/// The stack for a module that is nested deeply.
const DEEP_STACK: usize = 1 << 30;

/// The text of a module as `opa fmt` lays it out, without comments. `wildcards` has the names of those that are not
/// written `_`, by the bytes at which they stand.
#[must_use]
pub fn layout(module: &Module, wildcards: &HashMap<u32, String>) -> String {
    let write = || {
        let mut writer = Writer::new(module, wildcards);
        writer.module();
        writer.out.truncate(writer.out.trim_end_matches('\n').len());
        writer.out + "\n"
    };
    if !module.deep {
        return write();
    }
    let deep = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(DEEP_STACK).spawn_scoped(scope, write).ok()?;
        thread.join().ok()
    });
    deep.unwrap_or_default()
}

/// Writes nodes.
struct Writer<'m> {
    module: &'m Module,
    wildcards: &'m HashMap<u32, String>,
    /// The members of sets, doubles left out, and keys and values of objects.
    members: HashMap<TermId, Vec<TermId>>,
    out: String,
    level: usize,
    /// Whether a line was begun.
    inline: bool,
    /// Keywords that are imported.
    keywords: Keywords,
    is_v1: bool,
    is_v2: bool,
    /// Whether heads are written with all their parts as refs.
    reference_heads: bool,
    /// Whether `if` is written.
    ifs: bool,
    /// Whether `contains` is written.
    contains: bool,
    /// An expression whose terms get parentheses.
    wrapped_expression: Option<ExpressionId>,
    /// A term that gets parentheses.
    wrapped_term: Option<TermId>,
}

impl<'m> Writer<'m> {
    fn new(module: &'m Module, wildcards: &'m HashMap<u32, String>) -> Self {
        let is_v1 = module.version != RegoVersion::V0;
        let imports = imports::Directives::of(module);
        Self {
            module,
            wildcards,
            keywords: imports.keywords,
            members: module.sorted_members().into_iter().collect(),
            out: String::with_capacity(module.source.len() * 2),
            level: 0,
            inline: false,
            is_v1,
            is_v2: module.version == RegoVersion::V2,
            reference_heads: module.rules.iter().any(|rule| needs_reference_heads(module, *rule)),
            ifs: is_v1 || imports.ifs,
            contains: is_v1 || imports.contains,
            wrapped_expression: None,
            wrapped_term: None,
        }
    }

    fn write(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn start_line(&mut self) {
        self.inline = true;
        for _ in 0..self.level {
            self.out.push('\t');
        }
    }

    fn end_line(&mut self) {
        self.inline = false;
        self.out.push('\n');
    }

    fn blank_line(&mut self) {
        if self.inline {
            self.end_line();
        }
        self.out.push('\n');
    }

    /// The row and column of a place.
    fn place(&self, location: Location) -> (u32, u32) {
        self.module.row_and_column(location).unwrap_or_default()
    }

    fn row(&self, location: Location) -> u32 {
        self.place(location).0
    }

    fn row_of_term(&self, term: TermId) -> u32 {
        self.row(self.module.term(term).location)
    }

    fn row_of_expression(&self, expression: ExpressionId) -> u32 {
        self.row(self.module.expression(expression).location)
    }

    fn text(&self, location: Location) -> &'m str {
        self.module.span(location.text)
    }

    /// The row in which the text of a place ends.
    fn end_row(&self, location: Location) -> u32 {
        self.row(location) + newlines(self.text(location))
    }

    fn kind(&self, term: TermId) -> TermKind {
        self.module.term(term).kind
    }

    /// A term in OPA's words.
    fn written(&self, term: TermId) -> String {
        let module = self.module;
        let name = |text| Cow::Borrowed(module.text(text));
        Written::new(module.nodes(), &name).term(term)
    }

    /// Whether a body is `true` alone.
    fn is_true(&self, body: Body) -> bool {
        let [only] = self.module.body(body) else { return false };
        let expression = self.module.expression(*only);
        let ExpressionKind::Term(term) = expression.kind else { return false };
        !expression.negated && expression.with.is_empty() && self.kind(term) == TermKind::Boolean(true)
    }
}

/// How many newlines a text has.
fn newlines(text: &str) -> u32 {
    u32::try_from(text.matches('\n').count()).unwrap_or(u32::MAX)
}

fn needs_reference_heads(module: &Module, rule: RuleId) -> bool {
    module.rule(rule).is_some_and(|rule| {
        let head = rule.head;
        head.reference.len() > 2 || (head.reference.len() == 2 && head.key.is_some() && head.value.is_none())
    })
}

#[cfg(test)]
mod tests;
