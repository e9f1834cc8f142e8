//! The nodes of a module's tree.
//!
//! Nodes live in the vectors of [`Nodes`](super::Nodes) and name each other by number, so that a tree of any depth is
//! dropped, copied and walked without recursion. Order and doubles are those of the text: what OPA sorts and merges
//! (members of sets, keys of objects) is not sorted here. `N` is what a name is: a piece of the text for a tree as it was
//! read.

use super::location::{Location, Span};
use std::marker::PhantomData;

/// The number of a [`Term`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TermId(pub(super) u32);

/// The number of an [`Expression`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ExpressionId(pub(super) u32);

/// The number of a [`Rule`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RuleId(pub(super) u32);

impl RuleId {
    /// Its place among all rules of its arena.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A run of nodes; [`Module`](super::Module) gives the slice.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct List<T> {
    pub(super) start: u32,
    pub(super) length: u32,
    pub(super) of: PhantomData<T>,
}

impl<T> Clone for List<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for List<T> {}

impl<T> List<T> {
    /// A list of nothing.
    pub const EMPTY: Self = Self { start: 0, length: 0, of: PhantomData };

    /// How many nodes.
    #[must_use]
    pub const fn len(self) -> usize {
        self.length as usize
    }

    /// Whether there is no node.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.length == 0
    }
}

/// The key and the value of each entry of an object that a comprehension makes; [`Nodes`](super::Nodes) gives both.
///
/// One number, so that a kind of term takes no more than 16 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Entry(pub(super) u32);

/// A body: its expressions.
pub type Body = List<ExpressionId>;

/// A text: a piece of the source, or one that stands nowhere in it (decoded strings, generated names).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Text {
    pub(super) span: Span,
    /// Whether it lies among the texts that do not stand in the source.
    pub(super) apart: bool,
}

/// A term and its place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Term<N = Text> {
    /// What it is.
    pub kind: TermKind<N>,
    /// As OPA places it: a scalar or variable is its token; a composite or comprehension goes from its bracket through
    /// its closing bracket; a ref from its head (where the head is more than a variable, from the last token of the
    /// head) through its last part; a call from the operator through `)`; an infix call from its left operand (with an
    /// opening parenthesis before it) through its right operand. A term in parentheses has a text from `(` through
    /// `)`, its row and column are those inside.
    pub location: Location,
}

/// The kinds of terms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TermKind<N = Text> {
    /// `null`
    Null,
    /// `true`, `false`
    Boolean(bool),
    /// A number, as it is written.
    Number(N),
    /// A string.
    String {
        /// Its value, escapes decoded.
        value: N,
        /// Whether it is written in backquotes.
        raw: bool,
    },
    /// A variable; wildcards are named `$0`, `$1` … in the order they were read.
    Var(N),
    /// A ref: its head, then its parts (`.b` is a string).
    Ref(List<TermId>),
    /// A call: its operator (a ref), then its arguments. Infix operators are calls of `plus`, `equal`,
    /// `internal.member_2` …, with the operator's sign as the place of the operator.
    Call(List<TermId>),
    /// `[a, b]`
    Array(List<TermId>),
    /// `{k: v}`: keys and values by turns.
    Object(List<TermId>),
    /// `{a, b}`, `set()`
    Set(List<TermId>),
    /// `[term | body]`
    ArrayComprehension {
        /// What is collected.
        term: TermId,
        /// When.
        body: Body,
    },
    /// `{term | body}`
    SetComprehension {
        /// What is collected.
        term: TermId,
        /// When.
        body: Body,
    },
    /// `{key: value | body}`
    ObjectComprehension {
        /// What each entry is.
        entry: Entry,
        /// When.
        body: Body,
    },
    /// `$"…{x}…"`
    TemplateString {
        /// Whether it is written in backquotes.
        raw: bool,
        /// Texts (never empty, never two in a row) and expressions.
        parts: List<Part>,
    },
}

/// A part of a template string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// A piece of text, as a string, or a constant in braces that can have no other value.
    Term(TermId),
    /// An expression in braces.
    Expression(ExpressionId),
}

/// An expression of a body.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Expression {
    /// What it is.
    pub kind: ExpressionKind,
    /// `with` modifiers behind it.
    pub with: List<With>,
    /// Its number within its body.
    pub index: u32,
    /// Whether `not` stands before it (where `not` is not a keyword for bodies).
    pub negated: bool,
    /// Whether it stands for a body that was not written (`true`).
    pub generated: bool,
    /// From its first token (`not` included) through its last (`with` included).
    pub location: Location,
}

/// The kinds of expressions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ExpressionKind {
    /// A term.
    Term(TermId),
    /// A call at the top: operator, then arguments. `=` and `:=` are calls of `eq` and `assign`.
    Call(List<TermId>),
    /// `some x, y` (variables), or `some x in xs` (one call of `internal.member_2` or `internal.member_3`).
    Some {
        /// The variables, or the one call.
        symbols: List<TermId>,
        /// The word `some`.
        location: Location,
    },
    /// `every k, v in xs { … }`
    Every {
        /// The variable before the comma.
        key: Option<TermId>,
        /// The variable before `in`.
        value: TermId,
        /// What is gone through.
        domain: TermId,
        /// What must hold.
        body: Body,
        /// The word `every`.
        location: Location,
    },
    /// `not x` and `not { … }` where `not` is a keyword for bodies.
    Not {
        /// What must not hold.
        body: Body,
        /// Whether braces or a group in parentheses around braces were written.
        explicit: bool,
        /// From `not` through the last token, `with` excluded.
        location: Location,
    },
    /// `a and b`
    And(Logical),
    /// `a or b`
    Or(Logical),
}

/// The two sides of `and`, `or`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Logical {
    /// The left operand.
    pub left: Body,
    /// The right operand.
    pub right: Body,
    /// Whether the left operand is written in braces.
    pub explicit_left: bool,
    /// Whether the right operand is written in braces.
    pub explicit_right: bool,
    /// From the left operand through the right one.
    pub location: Location,
}

/// `with target as value`
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct With {
    /// What is replaced: a ref or variable.
    pub target: TermId,
    /// What it is replaced with.
    pub value: TermId,
    /// From `with` through the value.
    pub location: Location,
}

/// A rule, one `else` of it, or one more body of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rule<N = Text> {
    /// Its head; of an `else`: the head of the rule with another value.
    pub head: Head<N>,
    /// Its body; where none is written, one generated `true`.
    pub body: Body,
    /// The next `else`.
    pub otherwise: Option<RuleId>,
    /// Whether it is written `default …`.
    pub default: bool,
    /// Whether it is one more body (`{…} {…}`) of the rule before it.
    pub chained: bool,
    /// Whether no body was written, in the sense of OPA's checks.
    pub generated_body: bool,
    /// From its first token through its last, `else` parts included. A default is placed at the word `default` alone, a
    /// rule without a body at its head, a further body from `{` through `}`, an `else` from `else` on.
    pub location: Location,
}

impl<N> Rule<N> {
    pub(super) fn renamed<M>(self, name: impl FnMut(N) -> M) -> Rule<M> {
        let head = self.head;
        Rule {
            head: Head {
                name: head.name.map(name),
                reference: head.reference,
                arguments: head.arguments,
                key: head.key,
                value: head.value,
                assign: head.assign,
                generated_value: head.generated_value,
                has_if: head.has_if,
                has_contains: head.has_contains,
                location: head.location,
            },
            body: self.body,
            otherwise: self.otherwise,
            default: self.default,
            chained: self.chained,
            generated_body: self.generated_body,
            location: self.location,
        }
    }
}

/// The head of a rule.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Head<N = Text> {
    /// The name, where OPA tells one: heads of one part, and some of two.
    pub name: Option<N>,
    /// The head's ref: a variable, then its parts.
    pub reference: List<TermId>,
    /// The arguments of a function.
    pub arguments: List<TermId>,
    /// What a multi-value rule contains, and in some forms of `p[x]` the key.
    pub key: Option<TermId>,
    /// The value; `true` where none is written.
    pub value: Option<TermId>,
    /// Whether the value stands behind `:=`.
    pub assign: bool,
    /// Whether the value was not written.
    pub generated_value: bool,
    /// Whether the word `if` is written.
    pub has_if: bool,
    /// Whether the word `contains` is written.
    pub has_contains: bool,
    /// From the name through the value or key.
    pub location: Location,
}

/// `package path`
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Package {
    /// `data`, then the parts.
    pub path: List<TermId>,
    /// The word `package`.
    pub location: Location,
}

/// `import path as alias`
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Import {
    /// The path, a ref.
    pub path: TermId,
    /// The name behind `as`.
    pub alias: Option<Text>,
    /// The place of the alias.
    pub alias_location: Location,
    /// The word `import`.
    pub location: Location,
}

/// A comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comment {
    /// What stands behind `#`, carriage returns at the end left off.
    pub text: Span,
    /// From `#` through the end of the line.
    pub location: Location,
}

/// A statement below the package, in the order of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Statement {
    /// An import, by its place in [`Module::imports`](super::Module::imports).
    Import(usize),
    /// A rule.
    Rule(RuleId),
}
