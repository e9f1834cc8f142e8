//! Documents of schemas: types, directives and their extensions.

use crate::eval::Value;

use super::lexer::Kind;
use super::node::{node, position};
use super::parser::{Parsed, Parser};

/// The places a directive may stand at.
const LOCATIONS: [&str; 19] = [
    "QUERY",
    "MUTATION",
    "SUBSCRIPTION",
    "FIELD",
    "FRAGMENT_DEFINITION",
    "FRAGMENT_SPREAD",
    "INLINE_FRAGMENT",
    "VARIABLE_DEFINITION",
    "SCHEMA",
    "SCALAR",
    "OBJECT",
    "FIELD_DEFINITION",
    "ARGUMENT_DEFINITION",
    "INTERFACE",
    "UNION",
    "ENUM",
    "ENUM_VALUE",
    "INPUT_OBJECT",
    "INPUT_FIELD_DEFINITION",
];

/// What stands before a definition.
struct Description {
    text: String,
    before: Value,
    after: Value,
}

impl Description {
    fn fields(self) -> [(&'static str, Value); 3] {
        [
            ("Description", self.text.into()),
            ("BeforeDescriptionComment", self.before),
            ("AfterDescriptionComment", self.after),
        ]
    }
}

/// The document of a text.
pub(super) fn parse(text: &str) -> Parsed<Value> {
    let mut parser = Parser::new(text);
    let place = parser.peek().place;
    let names = ["Schema", "SchemaExtension", "Directives", "Definitions", "Extensions"];
    let mut lists: [Vec<Value>; 5] = Default::default();
    while parser.peek().kind != Kind::End {
        let before = parser.peek();
        let mut description = parser.description();
        let token = parser.peek();
        if token.kind != Kind::Name {
            return parser.unexpected(&token);
        }
        let [schemas, schema_extensions, directives, definitions, extensions] = &mut lists;
        let is_extension = token.text == "extend";
        if is_extension {
            if !description.text.is_empty() {
                return parser.unexpected(&before);
            }
            description.after = parser.comments();
            parser.take();
        }
        let word = parser.peek();
        match (word.text.as_str(), is_extension) {
            ("schema", false) => schemas.push(parser.schema(description, false)?),
            ("schema", true) => schema_extensions.push(parser.schema(description, true)?),
            ("directive", false) => directives.push(parser.directive_definition(description)?),
            ("scalar" | "type" | "interface" | "union" | "enum" | "input", false) => {
                definitions.push(parser.definition(description, false)?);
            }
            ("scalar" | "type" | "interface" | "union" | "enum" | "input", true) => {
                extensions.push(parser.definition(description, true)?);
            }
            _ => return parser.unexpected(&word),
        }
    }
    let comment = parser.comments();
    let fields = names.into_iter().zip(lists.map(Value::from)).chain([("Comment", comment)]);
    Ok(node(place, fields))
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.is_empty(),
        other => *other == Value::Null,
    }
}

impl Parser {
    /// A description, where one is there; the comments after it are those before what is described.
    fn description(&mut self) -> Description {
        let token = self.peek();
        let mut description = Description { text: String::new(), before: Value::Null, after: Value::Null };
        if matches!(token.kind, Kind::Text | Kind::Block) {
            description.before = self.comments();
            self.take();
            description.text = token.text;
        }
        description.after = self.comments();
        description
    }

    /// The description of a member: one without text is none.
    fn member_description(&mut self) -> Description {
        let mut description = self.description();
        if description.text.is_empty() {
            description.before = Value::Null;
        }
        description
    }

    fn schema(&mut self, description: Description, is_extension: bool) -> Parsed<Value> {
        self.keyword("schema")?;
        let place = self.peek().place;
        let directives = self.directives(true)?;
        let (operations, end) = self.some("{", "}", |parser| {
            let (place, comment) = (parser.peek().place, parser.comments());
            let operation = parser.operation_kind()?;
            parser.expect(":")?;
            Ok(node(place, [("Operation", operation), ("Type", parser.name()?), ("Comment", comment)]))
        })?;
        if is_extension && is_empty(&directives) && is_empty(&operations) {
            return self.unexpected_next();
        }
        let fields = [("Directives", directives), ("OperationTypes", operations), ("EndOfDefinitionComment", end)];
        Ok(node(place, description.fields().into_iter().chain(fields)))
    }

    fn definition(&mut self, description: Description, is_extension: bool) -> Parsed<Value> {
        let word = self.take().text;
        let place = self.peek().place;
        let mut fields = vec![("Name", self.name()?), ("BuiltIn", false.into())];
        let mut interfaces = Value::Null;
        // An extension of an interface implements nothing.
        if word == "type" || word == "interface" && !is_extension {
            interfaces = self.interfaces()?;
        }
        let directives = self.directives(!(is_extension && word == "input"))?;
        let mut is_bare = is_empty(&interfaces) && is_empty(&directives);
        fields.extend([("Interfaces", interfaces), ("Directives", directives)]);
        let (kind, name, (members, end)) = match word.as_str() {
            "scalar" => ("SCALAR", "Fields", (Value::Null, Value::Null)),
            "type" => ("OBJECT", "Fields", self.some("{", "}", Self::field_definition)?),
            "interface" => ("INTERFACE", "Fields", self.some("{", "}", Self::field_definition)?),
            "input" => ("INPUT_OBJECT", "Fields", self.some("{", "}", Self::input_value)?),
            "enum" => ("ENUM", "EnumValues", self.some("{", "}", Self::enum_value)?),
            _ => {
                let (members, places) = self.union_members()?;
                fields.push(("TypePositions", places));
                ("UNION", "Types", (members, Value::Null))
            }
        };
        is_bare &= is_empty(&members);
        if is_extension && is_bare {
            return self.unexpected_next();
        }
        fields.extend([("Kind", kind.into()), (name, members), ("EndOfDefinitionComment", end)]);
        Ok(node(place, description.fields().into_iter().chain(fields)))
    }

    fn interfaces(&mut self) -> Parsed<Value> {
        if !self.is_at_word("implements") {
            return Ok(Value::Null);
        }
        self.take();
        self.skip("&");
        let mut names = vec![self.name()?];
        while self.skip("&") {
            names.push(self.name()?);
        }
        Ok(names.into())
    }

    /// The members of a union, and where they stand.
    fn union_members(&mut self) -> Parsed<(Value, Value)> {
        if !self.skip("=") {
            return Ok((Value::Null, Value::Null));
        }
        self.skip("|");
        let (mut names, mut places) = (Vec::new(), Vec::new());
        loop {
            places.push(position(self.peek().place));
            names.push(self.name()?);
            if !self.skip("|") {
                return Ok((names.into(), places.into()));
            }
        }
    }

    fn field_definition(&mut self) -> Parsed<Value> {
        let description = self.member_description();
        let place = self.peek().place;
        let name = self.name()?;
        let arguments = self.some("(", ")", Self::input_value)?.0;
        self.expect(":")?;
        let fields =
            [("Name", name), ("Arguments", arguments), ("Type", self.kind()?), ("Directives", self.directives(true)?)];
        Ok(node(place, description.fields().into_iter().chain(fields)))
    }

    /// An argument of a field or directive, or a field of an input.
    fn input_value(&mut self) -> Parsed<Value> {
        let description = self.member_description();
        let place = self.peek().place;
        let name = self.name()?;
        self.expect(":")?;
        let kind = self.kind()?;
        let default = if self.skip("=") { self.constant()? } else { Value::Null };
        let fields =
            [("Name", name), ("Type", kind), ("DefaultValue", default), ("Directives", self.directives(true)?)];
        Ok(node(place, description.fields().into_iter().chain(fields)))
    }

    fn enum_value(&mut self) -> Parsed<Value> {
        let description = self.member_description();
        let place = self.peek().place;
        let fields = [("Name", self.name()?), ("Directives", self.directives(true)?)];
        Ok(node(place, description.fields().into_iter().chain(fields)))
    }

    fn directive_definition(&mut self, description: Description) -> Parsed<Value> {
        self.keyword("directive")?;
        self.expect("@")?;
        let place = self.peek().place;
        let name = self.name()?;
        let arguments = self.some("(", ")", Self::input_value)?.0;
        let is_repeatable = self.is_at_word("repeatable");
        if is_repeatable {
            self.take();
        }
        self.keyword("on")?;
        self.skip("|");
        let mut locations = vec![self.location()?];
        while self.skip("|") {
            locations.push(self.location()?);
        }
        let fields = [
            ("Name", name),
            ("Arguments", arguments),
            ("Locations", locations.into()),
            ("IsRepeatable", is_repeatable.into()),
        ];
        Ok(node(place, description.fields().into_iter().chain(fields)))
    }

    fn location(&mut self) -> Parsed<Value> {
        let token = self.name_token()?;
        if LOCATIONS.contains(&token.text.as_str()) { Ok(token.text.into()) } else { self.unexpected(&token) }
    }
}
