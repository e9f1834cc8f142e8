//! Actions of a template.

use super::super::scan::Kind;
use super::super::tree::{Branches, Node};
use super::{Item, Parser};

impl Parser<'_> {
    pub(super) fn action(&mut self) -> Result<Item, String> {
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

    pub(super) fn block(&mut self) -> Result<Node, String> {
        const CONTEXT: &str = "block clause";
        let token = self.word();
        let name = self.template_name(&token, CONTEXT)?;
        let pipe = self.pipe(CONTEXT, Kind::CloseAction)?;
        let nodes = self.apart(CONTEXT)?;
        self.define(name.clone(), nodes)?;
        Ok(Node::Template { at: token.at, name, pipe: Some(pipe) })
    }

    pub(super) fn branches(&mut self, context: &str) -> Result<Branches, String> {
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
}
