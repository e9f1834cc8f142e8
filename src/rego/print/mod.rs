//! The text of a tree: every module prints to text that reads back to the same tree, with its comments in their places.

mod blocks;
mod comments;
mod expressions;
mod keywords;
mod rules;
mod terms;

use super::syntax::{Body, ExpressionId, Module, Statement, TermId, With};
use comments::Comments;
use rustc_hash::FxHashMap;

/// The text of a module. Layout is not the author's: each statement begins a line, bodies are indented by tabs.
#[must_use]
pub fn print(module: &Module) -> String {
    let mut printer = Printer {
        module,
        out: String::with_capacity(module.source.len() + module.source.len() / 8),
        work: Vec::new(),
        indent: 0,
        comments: Comments::of(module),
        bare_unions: FxHashMap::default(),
    };
    printer.module();
    printer.out
}

/// Writes nodes from a stack of its own, so that no depth of nesting overflows that of the program.
struct Printer<'a> {
    module: &'a Module,
    out: String,
    work: Vec<Work<'a>>,
    indent: usize,
    comments: Comments<'a>,
    /// Whether terms begin with a union that stands without parentheses, as far as it was asked.
    bare_unions: FxHashMap<TermId, bool>,
}

/// What is still to be written; the last first.
#[derive(Clone, Copy)]
enum Work<'a> {
    /// Characters.
    Word(&'a str),
    /// A term, in parentheses if it binds less than this.
    Term(TermId, Binding),
    /// An expression.
    Expression(ExpressionId),
    /// A `with`.
    With(With),
    /// The expressions of a body on one line.
    Inline(Body),
    /// What opens a block, indented from then on.
    Open(&'a str),
    /// The expressions of a body from a place on, a line each.
    Line(Body, usize),
    /// What was written since a place must not be read as going on with the line before it.
    Apart(usize),
    /// A piece of a template string, raw or not.
    Piece(&'a str, bool),
    /// The end of a block that ends before this byte of the source, and what ends it.
    EndOfBlock(u32, &'a str),
    /// The comments before this byte of the source, then a new line.
    NewLine(u32),
    /// What was written since a place is put in parentheses if it begins with a brace.
    Wrap(usize),
    /// An operand of `and`, `or`, `not`.
    Operand { body: Body, explicit: bool, alone: bool },
}

/// How tightly a term holds together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    /// `k, v in xs`
    Membership,
    /// `a == b`
    Relation,
    /// `a & b`
    Intersection,
    /// `a + b`
    Sum,
    /// `a * b`
    Product,
    /// Everything that needs no parentheses.
    Whole,
}

impl<'a> Printer<'a> {
    fn module(&mut self) {
        let module = self.module;
        let package = module.package.location.text;
        self.comments_before(package.offset);
        self.out.push_str("package ");
        self.path(module.package.path);
        let last = module.terms(module.package.path).last();
        self.finish(last.map_or(package.end(), |last| module.term(*last).location.text.end()).max(package.end()));
        let mut after_import = false;
        let mut statements = module.statements.iter().peekable();
        while let Some(statement) = statements.next() {
            let (begin, is_import, chained) = match statement {
                Statement::Import(index) => {
                    (module.imports.get(*index).map_or(0, |import| import.location.text.offset), true, false)
                }
                Statement::Rule(id) => {
                    let rule = module.rule(*id);
                    (rule.map_or(0, |rule| rule.location.text.offset), false, rule.is_some_and(|rule| rule.chained))
                }
            };
            if chained {
                if self.has_comments_before(begin) {
                    self.trailing_comments(begin);
                    self.new_line();
                }
            } else {
                if !(is_import && after_import) || self.has_comments_before(begin) {
                    self.out.push('\n');
                }
                self.comments_before(begin);
            }
            after_import = is_import;
            let end = match statement {
                Statement::Import(index) => self.import(*index),
                Statement::Rule(id) => self.rule(*id),
            };
            let is_followed = statements.peek().is_some_and(|next| match next {
                Statement::Rule(id) => module.rule(*id).is_some_and(|rule| rule.chained),
                Statement::Import(_) => false,
            });
            if !is_followed {
                self.finish(end);
            }
        }
        if self.has_comments_before(u32::MAX) {
            self.out.push('\n');
            self.comments_before(u32::MAX);
        }
    }

    /// Writes everything on the stack.
    fn run(&mut self) {
        while let Some(work) = self.work.pop() {
            match work {
                Work::Word(word) => self.out.push_str(word),
                Work::Term(id, least) => self.term(id, least),
                Work::Expression(id) => self.expression(id),
                Work::With(with) => self.with(with),
                Work::Inline(body) => self.inline(body),
                Work::Open(word) => self.open(word),
                Work::Line(body, from) => self.line(body, from),
                Work::Apart(start) => self.apart(start),
                Work::Piece(text, raw) => self.piece(text, raw),
                Work::EndOfBlock(end, close) => self.end_of_block(end, close),
                Work::NewLine(start) => self.new_line_at(start),
                Work::Wrap(start) => self.wrap(start),
                Work::Operand { body, explicit, alone } => self.operand(body, explicit, alone),
            }
        }
    }

    /// Puts work on the stack so that it is done in this order.
    fn then(&mut self, works: &[Work<'a>]) {
        self.work.extend(works.iter().rev());
    }

    fn new_line(&mut self) {
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n('\t', self.indent));
    }
}
