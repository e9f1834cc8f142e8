//! Tokens of a template become its tree.

use super::super::text::quote;
use super::constant;
use super::functions;
use super::scan::{Kind, Token, scan};
use super::tree::{Branches, Command, Node, Pipe, Templates, Term, TermKind, is_empty};

/// The deepest that actions and parentheses may nest.
const DEEPEST: usize = 150;

/// Reads a template and the templates it defines.
///
/// # Errors
/// What is wrong in it, as `text/template` words it.
pub(super) fn parse(name: &str, text: &str) -> Result<Templates, String> {
    let mut parser = Parser {
        name,
        tokens: scan(text),
        next: 0,
        furthest: 0,
        variables: vec!["$".to_owned()],
        ranges: 0,
        depth: 0,
        action_line: None,
        templates: Templates::new(),
    };
    let root = parser.root()?;
    parser.define(name.to_owned(), root)?;
    Ok(parser.templates)
}

struct Parser<'a> {
    name: &'a str,
    tokens: Vec<Token>,
    next: usize,
    furthest: usize,
    variables: Vec<String>,
    ranges: usize,
    depth: usize,
    action_line: Option<usize>,
    templates: Templates,
}

/// A node, or what ends a list of nodes.
enum Item {
    Node(Node),
    End,
    Else,
}

impl Item {
    fn shown(&self) -> &'static str {
        if matches!(self, Self::Else) { "{{else}}" } else { "{{end}}" }
    }
}

impl Parser<'_> {
    fn token(&mut self) -> Token {
        let token = self.peek();
        self.next += 1;
        token
    }

    fn peek(&mut self) -> Token {
        self.furthest = self.furthest.max(self.next);
        let token = self.tokens.get(self.next).or_else(|| self.tokens.last()).cloned();
        token.unwrap_or(Token { kind: Kind::End, at: 0, line: 1, text: "EOF".to_owned() })
    }

    fn skip_space(&mut self) {
        while self.peek().kind == Kind::Space {
            self.next += 1;
        }
    }

    fn word(&mut self) -> Token {
        self.skip_space();
        self.token()
    }

    fn peek_word(&mut self) -> Token {
        self.skip_space();
        self.peek()
    }

    fn error<T>(&self, message: &str) -> Result<T, String> {
        let line = self.tokens.get(self.furthest).or_else(|| self.tokens.last()).map_or(1, |token| token.line);
        Err(format!("template: {}:{line}: {message}", self.name))
    }

    fn unexpected<T>(&self, token: &Token, context: &str) -> Result<T, String> {
        if token.kind != Kind::Mistake {
            return self.error(&format!("unexpected {} in {context}", shown(token)));
        }
        let begun = match self.action_line.filter(|line| *line != token.line) {
            Some(line) if token.text.ends_with(" action") => format!(" started at {}:{line}", self.name),
            Some(line) => format!(" in action started at {}:{line}", self.name),
            None => String::new(),
        };
        self.error(&format!("{}{begun}", token.text))
    }

    fn expect(&mut self, kind: Kind, context: &str) -> Result<Token, String> {
        let token = self.word();
        if token.kind == kind { Ok(token) } else { self.unexpected(&token, context) }
    }

    fn define(&mut self, name: String, nodes: Vec<Node>) -> Result<(), String> {
        match self.templates.get(&name) {
            Some(known) if !is_empty(known) => {
                if !is_empty(&nodes) {
                    return self.error(&format!("template: multiple definition of template {}", quote(&name)));
                }
            }
            _ => drop(self.templates.insert(name, nodes)),
        }
        Ok(())
    }

    fn root(&mut self) -> Result<Vec<Node>, String> {
        let mut nodes = Vec::new();
        while self.peek().kind != Kind::End {
            let begin = self.next;
            if self.token().kind == Kind::OpenAction {
                let word = self.word();
                if word.kind == Kind::Keyword && word.text == "define" {
                    self.definition()?;
                    continue;
                }
            }
            self.next = begin;
            match self.item()? {
                Item::Node(node) => nodes.push(node),
                other => return self.error(&format!("unexpected {}", other.shown())),
            }
        }
        Ok(nodes)
    }

    fn definition(&mut self) -> Result<(), String> {
        const CONTEXT: &str = "define clause";
        let token = self.word();
        let name = self.template_name(&token, CONTEXT)?;
        self.expect(Kind::CloseAction, CONTEXT)?;
        let nodes = self.apart(CONTEXT)?;
        self.define(name, nodes)
    }

    /// The nodes of a template of its own up to its end.
    fn apart(&mut self, context: &str) -> Result<Vec<Node>, String> {
        let variables = std::mem::replace(&mut self.variables, vec!["$".to_owned()]);
        let ranges = std::mem::take(&mut self.ranges);
        let (nodes, end) = self.nodes()?;
        (self.variables, self.ranges) = (variables, ranges);
        if matches!(end, Item::End) {
            Ok(nodes)
        } else {
            self.error(&format!("unexpected {} in {context}", end.shown()))
        }
    }

    fn template_name(&mut self, token: &Token, context: &str) -> Result<String, String> {
        match token.kind {
            Kind::Quoted | Kind::Raw => constant::text(&token.text).or_else(|error| self.error(&error)),
            _ => self.unexpected(token, context),
        }
    }

    fn nodes(&mut self) -> Result<(Vec<Node>, Item), String> {
        let mut nodes = Vec::new();
        while self.peek_word().kind != Kind::End {
            match self.item()? {
                Item::Node(node) => nodes.push(node),
                end => return Ok((nodes, end)),
            }
        }
        self.error("unexpected EOF")
    }

    fn item(&mut self) -> Result<Item, String> {
        let token = self.word();
        match token.kind {
            Kind::Plain => Ok(Item::Node(Node::Plain(token.text))),
            Kind::OpenAction => {
                self.action_line = Some(token.line);
                self.deeper()?;
                let item = self.action()?;
                self.depth -= 1;
                self.action_line = None;
                Ok(item)
            }
            _ => self.unexpected(&token, "input"),
        }
    }

    fn deeper(&mut self) -> Result<(), String> {
        self.depth += 1;
        if self.depth > DEEPEST { self.error("max expression depth exceeded") } else { Ok(()) }
    }

    fn action(&mut self) -> Result<Item, String> {
        let token = self.word();
        if token.kind != Kind::Keyword {
            self.next -= 1;
            return Ok(Item::Node(Node::Action(self.pipe("command", Kind::CloseAction)?)));
        }
        Ok(Item::Node(match token.text.as_str() {
            "block" => self.block()?,
            word @ ("break" | "continue") => {
                let end = self.word();
                if end.kind != Kind::CloseAction {
                    return self.unexpected(&end, &format!("{{{{{word}}}}}"));
                }
                if self.ranges == 0 {
                    return self.error(&format!("{{{{{word}}}}} outside {{{{range}}}}"));
                }
                if word == "break" { Node::Break } else { Node::Continue }
            }
            "else" => {
                let next = self.peek_word();
                if next.kind != Kind::Keyword || !matches!(next.text.as_str(), "if" | "with") {
                    self.expect(Kind::CloseAction, "else")?;
                }
                return Ok(Item::Else);
            }
            "end" => {
                self.expect(Kind::CloseAction, "end")?;
                return Ok(Item::End);
            }
            "template" => {
                let token = self.word();
                let name = self.template_name(&token, "template clause")?;
                let pipe = if self.peek_word().kind == Kind::CloseAction {
                    self.next += 1;
                    None
                } else {
                    Some(self.pipe("template clause", Kind::CloseAction)?)
                };
                Node::Template { at: token.at, name, pipe }
            }
            "if" => Node::If(self.branches("if")?),
            "range" => Node::Range(self.branches("range")?),
            "with" => Node::With(self.branches("with")?),
            _ => return self.unexpected(&token, "command"),
        }))
    }

    fn block(&mut self) -> Result<Node, String> {
        const CONTEXT: &str = "block clause";
        let token = self.word();
        let name = self.template_name(&token, CONTEXT)?;
        let pipe = self.pipe(CONTEXT, Kind::CloseAction)?;
        let nodes = self.apart(CONTEXT)?;
        self.define(name.clone(), nodes)?;
        Ok(Node::Template { at: token.at, name, pipe: Some(pipe) })
    }

    fn branches(&mut self, context: &str) -> Result<Branches, String> {
        let known = self.variables.len();
        let pipe = self.pipe(context, Kind::CloseAction)?;
        let is_range = usize::from(context == "range");
        self.ranges += is_range;
        let (then, end) = self.nodes()?;
        self.ranges -= is_range;
        let mut otherwise = None;
        if matches!(end, Item::Else) {
            let next = self.peek();
            if next.kind == Kind::Keyword && next.text == context && context != "range" {
                self.next += 1;
                self.deeper()?;
                let branches = self.branches(context)?;
                self.depth -= 1;
                otherwise = Some(vec![if context == "if" { Node::If(branches) } else { Node::With(branches) }]);
            } else {
                let (nodes, end) = self.nodes()?;
                if !matches!(end, Item::End) {
                    return self.error(&format!("expected end; found {}", end.shown()));
                }
                otherwise = Some(nodes);
            }
        }
        self.variables.truncate(known);
        Ok(Branches { pipe, then, otherwise })
    }

    fn pipe(&mut self, context: &str, end: Kind) -> Result<Pipe, String> {
        let mut pipe = Pipe { at: self.peek_word().at, assigns: false, variables: Vec::new(), commands: Vec::new() };
        while self.peek_word().kind == Kind::Variable {
            let begin = self.next;
            let variable = self.token().text;
            let next = self.peek_word();
            let is_comma = next.kind == Kind::Punctuation && next.text == ",";
            if !is_comma && !matches!(next.kind, Kind::Assign | Kind::Declare) {
                self.next = begin;
                break;
            }
            self.next += 1;
            self.variables.push(variable.clone());
            pipe.variables.push(variable);
            if !is_comma {
                pipe.assigns = next.kind == Kind::Assign;
                break;
            }
            if context != "range" || pipe.variables.len() > 1 {
                return self.error(&format!("too many declarations in {context}"));
            }
            if !matches!(self.peek_word().kind, Kind::Variable | Kind::CloseAction | Kind::CloseParenthesis) {
                return self.error("range can only initialize variables");
            }
        }
        loop {
            let token = self.word();
            match token.kind {
                kind if kind == end => break,
                Kind::Truth
                | Kind::Character
                | Kind::Dot
                | Kind::Field
                | Kind::Identifier
                | Kind::Number
                | Kind::Nil
                | Kind::Raw
                | Kind::Quoted
                | Kind::Variable
                | Kind::OpenParenthesis => {
                    self.next -= 1;
                    let command = self.command()?;
                    pipe.commands.push(command);
                }
                _ => return self.unexpected(&token, context),
            }
        }
        if pipe.commands.is_empty() {
            return self.error(&format!("missing value for {context}"));
        }
        let is_value = |command: &Command| {
            !matches!(
                command.words.first().map(|word| &word.kind),
                Some(
                    TermKind::Field(_)
                        | TermKind::Variable(_)
                        | TermKind::Function(_)
                        | TermKind::Pipe(_)
                        | TermKind::Chain(..)
                )
            )
        };
        match pipe.commands.iter().skip(1).position(is_value) {
            Some(place) => self.error(&format!("non executable command in pipeline stage {}", place + 2)),
            None => Ok(pipe),
        }
    }

    fn command(&mut self) -> Result<Command, String> {
        let mut command = Command { at: self.peek_word().at, words: Vec::new() };
        loop {
            self.skip_space();
            if let Some(operand) = self.operand()? {
                command.words.push(operand);
            }
            let token = self.token();
            match token.kind {
                Kind::Space => continue,
                Kind::CloseAction | Kind::CloseParenthesis => self.next -= 1,
                Kind::Pipe => {}
                _ => return self.unexpected(&token, "operand"),
            }
            break;
        }
        if command.words.is_empty() { self.error("empty command") } else { Ok(command) }
    }

    /// A term with the fields that follow it.
    fn operand(&mut self) -> Result<Option<Term>, String> {
        let Some(term) = self.term()? else { return Ok(None) };
        let first = self.peek();
        if first.kind != Kind::Field {
            return Ok(Some(term));
        }
        let mut fields = Vec::new();
        while self.peek().kind == Kind::Field {
            fields.push(self.token().text.trim_start_matches('.').to_owned());
        }
        let joined = |mut names: Vec<String>, fields: Vec<String>| {
            names.extend(fields);
            names
        };
        let kind = match term.kind {
            TermKind::Field(names) => TermKind::Field(joined(names, fields)),
            TermKind::Variable(names) => TermKind::Variable(joined(names, fields)),
            TermKind::Pipe(_) | TermKind::Function(_) | TermKind::Chain(..) => TermKind::Chain(Box::new(term), fields),
            _ => return self.error(&format!("unexpected . after term {}", quote(&term.to_string()))),
        };
        Ok(Some(Term { at: first.at, kind }))
    }

    fn term(&mut self) -> Result<Option<Term>, String> {
        let token = self.word();
        let kind = match token.kind {
            Kind::Identifier if !functions::is_known(&token.text) => {
                return self.error(&format!("function {} not defined", quote(&token.text)));
            }
            Kind::Identifier => TermKind::Function(token.text),
            Kind::Dot => TermKind::Dot,
            Kind::Nil => TermKind::Nil,
            Kind::Variable if !self.variables.contains(&token.text) => {
                return self.error(&format!("undefined variable {}", quote(&token.text)));
            }
            Kind::Variable => TermKind::Variable(vec![token.text]),
            Kind::Field => TermKind::Field(vec![token.text.trim_start_matches('.').to_owned()]),
            Kind::Truth => TermKind::Truth(token.text == "true"),
            Kind::Number | Kind::Character => constant::number(&token.text).or_else(|error| self.error(&error))?,
            Kind::Quoted | Kind::Raw => {
                let value = constant::text(&token.text).or_else(|error| self.error(&error))?;
                TermKind::Text { value, written: token.text }
            }
            Kind::OpenParenthesis => {
                self.deeper()?;
                let pipe = self.pipe("parenthesized pipeline", Kind::CloseParenthesis)?;
                self.depth -= 1;
                return Ok(Some(Term { at: pipe.at, kind: TermKind::Pipe(pipe) }));
            }
            _ => {
                self.next -= 1;
                return Ok(None);
            }
        };
        Ok(Some(Term { at: token.at, kind }))
    }
}

/// A token as errors show it.
fn shown(token: &Token) -> String {
    match token.kind {
        Kind::End => "EOF".to_owned(),
        Kind::Keyword | Kind::Dot | Kind::Nil => format!("<{}>", token.text),
        _ if token.text.len() > 10 => format!("{}...", quote(&token.text.chars().take(10).collect::<String>())),
        _ => quote(&token.text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        parse("template", text).unwrap_err()
    }

    #[test]
    fn mistakes_are_told_with_their_line() {
        assert_eq!(error("{{foo}}"), "template: template:1: function \"foo\" not defined");
        assert_eq!(error("\n{{if .a}}"), "template: template:2: unexpected EOF");
        assert_eq!(error("{{end}}"), "template: template:1: unexpected {{end}}");
        assert_eq!(error("{{break}}"), "template: template:1: {{break}} outside {{range}}");
        assert_eq!(error("{{if}}{{end}}"), "template: template:1: missing value for if");
        assert_eq!(error("{{.a | 3}}"), "template: template:1: non executable command in pipeline stage 2");
        assert_eq!(
            error(r#"{{define "a"}}x{{end}}{{define "a"}}y{{end}}"#),
            "template: template:1: template: multiple definition of template \"a\""
        );
    }

    #[test]
    fn what_nests_too_deeply_is_refused() {
        let deep = format!("{{{{{}1{}}}}}", "(".repeat(1000), ")".repeat(1000));
        assert_eq!(error(&deep), "template: template:1: max expression depth exceeded");
        assert!(error(&"{{if 1}}".repeat(1000)).ends_with("max expression depth exceeded"));
    }
}
