//! Documents as validation goes through them.

use std::fmt;

use super::lexer::Place;

/// A type as fields and variables name it: a name, or a list of another.
#[derive(Debug, Clone, Default)]
pub(super) struct Kind {
    pub(super) named: String,
    pub(super) element: Option<Box<Kind>>,
    pub(super) is_required: bool,
    pub(super) place: Option<Place>,
}

impl Kind {
    pub(super) fn named(name: &str, is_required: bool) -> Self {
        Self { named: name.to_owned(), element: None, is_required, place: None }
    }

    /// The name at the bottom of all lists.
    pub(super) fn name(&self) -> &str {
        self.element.as_deref().map_or(&self.named, Self::name)
    }

    /// Whether a value of this type may stand where the other is wanted.
    pub(super) fn fits(&self, other: &Self) -> bool {
        if self.named != other.named || other.is_required && !self.is_required {
            return false;
        }
        match (&self.element, &other.element) {
            (Some(own), Some(others)) => own.fits(others),
            (Some(_), None) => false,
            (None, _) => true,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.element {
            Some(element) => write!(formatter, "[{element}]")?,
            None => formatter.write_str(&self.named)?,
        }
        formatter.write_str(if self.is_required { "!" } else { "" })
    }
}

/// What a literal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LiteralKind {
    Variable,
    Int,
    Float,
    Text,
    Block,
    Boolean,
    Null,
    Enum,
    List,
    Object,
}

/// A value as a document writes it.
#[derive(Debug, Clone)]
pub(super) struct Literal {
    pub(super) kind: LiteralKind,
    pub(super) raw: String,
    pub(super) children: Vec<Named>,
    pub(super) place: Option<Place>,
}

impl fmt::Display for Literal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (open, close) = match self.kind {
            LiteralKind::Variable => return write!(formatter, "${}", self.raw),
            LiteralKind::Text | LiteralKind::Block => {
                return formatter.write_str(&super::super::text::quote(&self.raw));
            }
            LiteralKind::List => ("[", "]"),
            LiteralKind::Object => ("{", "}"),
            _ => return formatter.write_str(&self.raw),
        };
        formatter.write_str(open)?;
        for (index, child) in self.children.iter().enumerate() {
            formatter.write_str(if index > 0 { "," } else { "" })?;
            if self.kind == LiteralKind::Object {
                write!(formatter, "{}:", child.name)?;
            }
            write!(formatter, "{}", child.value)?;
        }
        formatter.write_str(close)
    }
}

/// An argument, a field of an object or, without a name, a member of a list.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) value: Literal,
    pub(super) place: Option<Place>,
}

/// A directive where it is used.
#[derive(Debug, Clone)]
pub(super) struct Directive {
    pub(super) name: String,
    pub(super) arguments: Vec<Named>,
    pub(super) place: Option<Place>,
}

/// What types and directives say of a field or an argument.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) arguments: Vec<Field>,
    pub(super) default: Option<Literal>,
    pub(super) kind: Kind,
    pub(super) directives: Vec<Directive>,
    pub(super) place: Option<Place>,
}

impl Field {
    /// Whether a value must be given.
    pub(super) fn is_required(&self) -> bool {
        self.kind.is_required && self.default.is_none()
    }

    /// Whether the default is one that is not null.
    pub(super) fn has_default(&self) -> bool {
        self.default.as_ref().is_some_and(|default| default.kind != LiteralKind::Null)
    }
}

/// A value of an enum.
#[derive(Debug, Clone)]
pub(super) struct EnumValue {
    pub(super) name: String,
    pub(super) directives: Vec<Directive>,
    pub(super) place: Option<Place>,
}

/// A type that a schema defines or extends.
#[derive(Debug, Clone, Default)]
pub(super) struct Definition {
    /// `SCALAR`, `OBJECT`, `INTERFACE`, `UNION`, `ENUM` or `INPUT_OBJECT`.
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) directives: Vec<Directive>,
    pub(super) interfaces: Vec<String>,
    pub(super) fields: Vec<Field>,
    /// The members of a union.
    pub(super) members: Vec<String>,
    /// Where the members stand; nothing where that is not known.
    pub(super) member_places: Vec<Option<Place>>,
    pub(super) values: Vec<EnumValue>,
    pub(super) is_built_in: bool,
    pub(super) place: Option<Place>,
}

impl Definition {
    pub(super) fn is_leaf(&self) -> bool {
        matches!(self.kind.as_str(), "ENUM" | "SCALAR")
    }

    pub(super) fn is_abstract(&self) -> bool {
        matches!(self.kind.as_str(), "INTERFACE" | "UNION")
    }

    pub(super) fn is_composite(&self) -> bool {
        self.kind == "OBJECT" || self.is_abstract()
    }

    pub(super) fn is_input(&self) -> bool {
        self.kind == "INPUT_OBJECT" || self.is_leaf()
    }

    pub(super) fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    pub(super) fn takes_one_field(&self) -> bool {
        self.directives.iter().any(|directive| directive.name == "oneOf")
    }
}

/// A directive as a schema defines it.
#[derive(Debug, Clone)]
pub(super) struct DirectiveDefinition {
    pub(super) name: String,
    pub(super) arguments: Vec<Field>,
    pub(super) locations: Vec<String>,
    pub(super) is_repeatable: bool,
    pub(super) place: Option<Place>,
}

/// The type of one kind of operation.
#[derive(Debug, Clone)]
pub(super) struct Root {
    pub(super) operation: String,
    pub(super) kind: String,
    pub(super) place: Option<Place>,
}

/// The roots of a schema, defined or extended.
#[derive(Debug, Clone)]
pub(super) struct Roots {
    pub(super) directives: Vec<Directive>,
    pub(super) operations: Vec<Root>,
    pub(super) place: Option<Place>,
}

/// A document of a schema.
#[derive(Debug, Clone, Default)]
pub(super) struct SchemaDocument {
    pub(super) roots: Vec<Roots>,
    pub(super) root_extensions: Vec<Roots>,
    pub(super) directives: Vec<DirectiveDefinition>,
    pub(super) definitions: Vec<Definition>,
    pub(super) extensions: Vec<Definition>,
}

/// A variable of an operation.
#[derive(Debug)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) default: Option<Literal>,
    pub(super) directives: Vec<Directive>,
    pub(super) place: Option<Place>,
}

/// A field that is asked for.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) alias: String,
    pub(super) name: String,
    pub(super) arguments: Vec<Named>,
    pub(super) directives: Vec<Directive>,
    pub(super) selections: Vec<Selection>,
    pub(super) place: Option<Place>,
}

impl Asked {
    /// The name of the field in the answer.
    pub(super) fn answer_name(&self) -> &str {
        if self.alias.is_empty() { &self.name } else { &self.alias }
    }
}

/// A fragment by its name.
#[derive(Debug)]
pub(super) struct Spread {
    pub(super) name: String,
    pub(super) directives: Vec<Directive>,
    pub(super) place: Option<Place>,
}

/// A fragment on the spot.
#[derive(Debug)]
pub(super) struct Inline {
    pub(super) condition: String,
    pub(super) directives: Vec<Directive>,
    pub(super) selections: Vec<Selection>,
    pub(super) place: Option<Place>,
}

/// What an operation asks for.
#[derive(Debug)]
pub(super) enum Selection {
    Field(Asked),
    Spread(Spread),
    Inline(Inline),
}

/// A query, mutation or subscription.
#[derive(Debug)]
pub(super) struct Operation {
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) variables: Vec<Variable>,
    pub(super) directives: Vec<Directive>,
    pub(super) selections: Vec<Selection>,
    pub(super) place: Option<Place>,
}

/// A fragment with a name.
#[derive(Debug)]
pub(super) struct Fragment {
    pub(super) name: String,
    pub(super) condition: String,
    pub(super) directives: Vec<Directive>,
    pub(super) selections: Vec<Selection>,
    pub(super) place: Option<Place>,
}

/// A document of a query.
#[derive(Debug, Default)]
pub(super) struct QueryDocument {
    pub(super) operations: Vec<Operation>,
    pub(super) fragments: Vec<Fragment>,
}

impl QueryDocument {
    pub(super) fn fragment(&self, name: &str) -> Option<&Fragment> {
        self.fragments.iter().find(|fragment| fragment.name == name)
    }
}
