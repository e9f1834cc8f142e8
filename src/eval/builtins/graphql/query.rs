//! Documents of queries: operations and fragments.

use crate::eval::Value;

use super::lexer::{Kind, Place};
use super::node::node;
use super::parser::{Parsed, Parser};

/// The document of a text.
pub(super) fn parse(text: &str) -> Parsed<Value> {
    let mut parser = Parser::new(text);
    let (mut operations, mut fragments) = (Vec::new(), Vec::new());
    let mut place = Place::default();
    while parser.peek().kind != Kind::End {
        let token = parser.peek();
        place = token.place;
        match (token.kind, token.text.as_str()) {
            (Kind::Name, "query" | "mutation" | "subscription") | (Kind::Mark("{"), _) => {
                operations.push(parser.operation()?);
            }
            (Kind::Name, "fragment") => fragments.push(parser.fragment_definition()?),
            _ => return parser.unexpected_next(),
        }
    }
    Ok(node(place, [("Operations", operations.into()), ("Fragments", fragments.into())]))
}

impl Parser {
    /// `query`, `mutation` or `subscription`.
    pub(super) fn operation_kind(&mut self) -> Parsed<Value> {
        let token = self.take();
        match token.text.as_str() {
            "query" | "mutation" | "subscription" => Ok(token.text.into()),
            _ => self.unexpected(&token),
        }
    }

    fn operation(&mut self) -> Parsed<Value> {
        let (place, comment) = (self.peek().place, self.comments());
        if self.is_at("{") {
            let selections = self.required_selections()?;
            let fields = [("Operation", "query".into()), ("Name", "".into()), ("SelectionSet", selections)];
            return Ok(node(place, fields));
        }
        let kind = self.operation_kind()?;
        let name = if self.peek().kind == Kind::Name { self.name()? } else { "".into() };
        let fields = [
            ("Operation", kind),
            ("Name", name),
            ("VariableDefinitions", self.variable_definitions()?),
            ("Directives", self.directives(false)?),
            ("SelectionSet", self.required_selections()?),
            ("Comment", comment),
        ];
        Ok(node(place, fields))
    }

    fn variable_definitions(&mut self) -> Parsed<Value> {
        Ok(self.some("(", ")", Self::variable_definition)?.0)
    }

    fn variable_definition(&mut self) -> Parsed<Value> {
        let (place, comment) = (self.peek().place, self.comments());
        let variable = self.variable()?;
        self.expect(":")?;
        let kind = self.kind()?;
        let default = if self.skip("=") { self.constant()? } else { Value::Null };
        let fields = [
            ("Variable", variable),
            ("Type", kind),
            ("DefaultValue", default),
            ("Directives", self.directives(false)?),
            ("Comment", comment),
            ("Used", false.into()),
        ];
        Ok(node(place, fields))
    }

    fn required_selections(&mut self) -> Parsed<Value> {
        if !self.is_at("{") {
            let token = self.peek();
            return self.fault(&token, format!("Expected {{, found {}", token.kind.shown()));
        }
        self.selections()
    }

    fn selections(&mut self) -> Parsed<Value> {
        Ok(self.some("{", "}", |parser| if parser.is_at("...") { parser.spread() } else { parser.field() })?.0)
    }

    fn field(&mut self) -> Parsed<Value> {
        let (place, comment) = (self.peek().place, self.comments());
        let alias = self.name()?;
        let name = if self.skip(":") { self.name()? } else { alias.clone() };
        let fields = [
            ("Alias", alias),
            ("Name", name),
            ("Arguments", self.arguments(false)?),
            ("Directives", self.directives(false)?),
            ("SelectionSet", self.selections()?),
            ("Comment", comment),
        ];
        Ok(node(place, fields))
    }

    fn spread(&mut self) -> Parsed<Value> {
        let comment = self.comments();
        self.expect("...")?;
        let next = self.peek();
        if next.kind == Kind::Name && next.text != "on" {
            let fields = [("Name", self.name()?), ("Directives", self.directives(false)?), ("Comment", comment)];
            return Ok(node(next.place, fields));
        }
        let condition = if self.is_at_word("on") {
            self.take();
            self.name()?
        } else {
            "".into()
        };
        let fields = [
            ("TypeCondition", condition),
            ("Directives", self.directives(false)?),
            ("SelectionSet", self.required_selections()?),
            ("Comment", comment),
        ];
        Ok(node(next.place, fields))
    }

    fn fragment_definition(&mut self) -> Parsed<Value> {
        let (place, comment) = (self.peek().place, self.comments());
        self.keyword("fragment")?;
        if self.is_at_word("on") {
            return self.unexpected_next();
        }
        let name = self.name()?;
        let variables = self.variable_definitions()?;
        self.keyword("on")?;
        let fields = [
            ("Name", name),
            ("VariableDefinition", variables),
            ("TypeCondition", self.name()?),
            ("Directives", self.directives(false)?),
            ("SelectionSet", self.required_selections()?),
            ("Comment", comment),
        ];
        Ok(node(place, fields))
    }
}
