//! The statements of a text.

use super::{Parsed, Parser};
use crate::rego::syntax::options::{Keyword, Keywords, RegoVersion};
use crate::rego::syntax::token::Token;

impl Parser<'_> {
    /// Reads the statements of a text up to its end, or up to the first that is none. The errors are in
    /// [`Parser::errors`].
    pub(in super::super) fn statements(&mut self) -> Vec<Parsed> {
        let mut statements = Vec::with_capacity(self.lexer.text.len() / 64);
        if !self.set_up() {
            return statements;
        }
        let importable = self.importable_keywords();
        self.scan();
        while !self.is(Token::End) && self.statement(&mut statements, importable) {
            if self.queries_only {
                // What did not read is not told again where the next statement begins with it.
                continue;
            }
            self.known.clear();
            self.known_of_future.clear();
            self.readings.clear();
            self.attempts.clear();
        }
        statements
    }

    /// Makes the version's keywords active; whether the capabilities allow it.
    fn set_up(&mut self) -> bool {
        let feature = match self.options.version {
            RegoVersion::V1 if !self.options.features.rego_v1 => Some(("rego_v1", "v1")),
            RegoVersion::V2 if !self.options.features.rego_v2 => Some(("rego_v2", "v2")),
            _ => None,
        };
        if let Some((feature, version)) = feature {
            self.error(
                super::Location::NONE,
                format!("illegal capabilities: {feature} feature required for parsing {version} Rego"),
            );
            return false;
        }
        if let Some(keyword) = &self.options.unknown_keyword {
            let message = format!("illegal capabilities: unknown keyword: {keyword}");
            self.error(super::Location::NONE, message);
            return false;
        }
        let active = match self.options.version {
            RegoVersion::V0 | RegoVersion::V0V1 => Keywords::NONE,
            RegoVersion::V1 => Keywords::OF_V1,
            RegoVersion::V2 => Keywords::ALL,
        };
        let active = active.union(self.options.imported);
        self.not_bodies = active.contains(Keyword::Not);
        self.state.active = active.with(Keyword::Not);
        true
    }

    /// The keywords that `import future.keywords…` can name.
    fn importable_keywords(&self) -> Keywords {
        let features = self.options.features;
        let listed = self.options.keywords;
        match self.options.version {
            RegoVersion::V0 | RegoVersion::V0V1 if features.rego_v1 => listed.union(Keywords::OF_V1),
            RegoVersion::V0 | RegoVersion::V0V1 => listed,
            RegoVersion::V1 => listed.union(Keywords::OF_V1),
            RegoVersion::V2 => Keywords::ALL,
        }
    }

    /// Reads one statement; whether the next is to be read.
    fn statement(&mut self, statements: &mut Vec<Parsed>, importable: Keywords) -> bool {
        if !self.queries_only && self.refuse_keyword_as_rule_name(false) {
            return false;
        }
        let before = self.state;
        if self.is(Token::Package) {
            if let Some(package) = self.package() {
                if self.is(Token::Minus) {
                    self.unexpected_token();
                    return false;
                }
                statements.push(Parsed::Package(package));
                return true;
            }
            if self.has_errors() {
                return false;
            }
            self.restore(before);
        }
        if self.is(Token::Import) {
            if let Some(import) = self.import() {
                if self.is(Token::Minus) {
                    self.unexpected_token();
                    return false;
                }
                self.apply_import(&import, importable);
                statements.push(Parsed::Import(import));
                return true;
            }
            if self.has_errors() {
                return false;
            }
            self.restore(before);
        }
        if !self.queries_only {
            let count = statements.len();
            if self.rules(statements).is_some() {
                return true;
            }
            statements.truncate(count);
            if self.has_errors() {
                return false;
            }
            self.restore(before);
        }
        match self.query(true, Token::End) {
            Some(body) => {
                statements.push(Parsed::Query(body));
                true
            }
            None => false,
        }
    }

    /// Tells that a keyword is no rule name, where what follows it leaves no other reading; whether it told.
    pub(super) fn refuse_keyword_as_rule_name(&mut self, default: bool) -> bool {
        let keyword = self.state.token;
        let (sign, call, word) = match keyword {
            Token::Every | Token::If | Token::In | Token::Some | Token::As => (true, true, true),
            Token::Package | Token::Import => (true, true, false),
            Token::Not | Token::And | Token::Or => (true, false, true),
            Token::Contains => (false, false, true),
            _ => return false,
        };
        if !default {
            let before = self.state;
            self.scan();
            let next = self.state.token;
            self.restore(before);
            let fits = match next {
                Token::Assign | Token::Unify => sign,
                Token::LeftParenthesis => call,
                Token::If | Token::Contains => word,
                _ => false,
            };
            if !fits {
                return false;
            }
        }
        self.error_here(format!("{} keyword cannot be used for rule name", keyword.name()));
        true
    }
}
