//! Tokens of a template become its tree.

mod actions;
mod pipes;

use super::super::text::quote;
use super::constant;
use super::scan::{Kind, Token, scan};
use super::tree::{Node, Templates, is_empty};

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
