//! `package` and `import` statements, and the keywords that imports make active.

use super::Parser;
use crate::rego::syntax::lexer::replaced;
use crate::rego::syntax::location::Location;
use crate::rego::syntax::options::{Keyword, Keywords, RegoVersion};
use crate::rego::syntax::token::Token;
use crate::rego::syntax::tree::{Import, List, Package, TermId, TermKind};

impl Parser<'_> {
    /// `package path`; none, and no error, where `package` begins a ref.
    pub(super) fn package(&mut self) -> Option<Package> {
        let location = self.here();
        self.begin_path()?;
        let term = self.term()?;
        let place = self.place_of(term);
        let path = match self.kind(term) {
            TermKind::Var(name) => {
                let data = self.new_term(TermKind::Var(self.names.data), place);
                let part = self.new_term(TermKind::String { value: name, raw: false }, place);
                self.list_of(&[data, part])
            }
            TermKind::Ref(list) => {
                let parts = self.nodes.terms(list).to_vec();
                let (head, rest) = parts.split_first()?;
                let place = self.place_of(*head);
                let TermKind::Var(name) = self.kind(*head) else {
                    self.unexpected_kind(*head, "var");
                    return None;
                };
                let data = self.new_term(TermKind::Var(self.names.data), place);
                let first = self.new_term(TermKind::String { value: name, raw: false }, place);
                self.check_strings(rest)?;
                self.list_of(&[&[data, first], rest].concat())
            }
            _ => {
                self.unexpected_token();
                return None;
            }
        };
        Some(Package { path, location })
    }

    /// Goes on to the path behind `package` or `import`; none where these words begin a ref, or no path follows.
    fn begin_path(&mut self) -> Option<()> {
        if self.scan_touching() && matches!(self.state.token, Token::Dot | Token::LeftBracket) {
            return None;
        }
        if !self.is(Token::Identifier) {
            if !self.is_allowed_in_reference(self.state.token) {
                self.unexpected_token();
                return None;
            }
            self.state.token = Token::Identifier;
        }
        Some(())
    }

    fn unexpected_kind(&mut self, term: TermId, wanted: &str) {
        let (name, place) = (self.kind(term).name(), self.place_of(term));
        self.error(place, format!("unexpected {name} token: expecting {wanted}"));
    }

    fn check_strings(&mut self, parts: &[TermId]) -> Option<()> {
        for part in parts {
            if !matches!(self.kind(*part), TermKind::String { .. }) {
                self.unexpected_kind(*part, "string");
                return None;
            }
        }
        Some(())
    }

    /// `import path as alias`; none, and no error, where `import` begins a ref.
    pub(super) fn import(&mut self) -> Option<Import> {
        let location = self.here();
        self.begin_path()?;
        let before = self.state;
        let known = std::mem::take(&mut self.known);
        // Keywords that can be imported are no keywords in the path.
        self.state.active = Keywords::NONE;
        let term = self.term();
        self.known = known;
        let mut path = None;
        if let Some(term) = term {
            match self.kind(term) {
                TermKind::Var(_) => {
                    let list = self.list_of(&[term]);
                    let place = self.place_of(term);
                    path = Some((self.new_term(TermKind::Ref(list), place), list));
                }
                TermKind::Ref(list) => {
                    let parts = self.nodes.terms(list).get(1..).unwrap_or_default().to_vec();
                    if let Some(part) = parts.iter().find(|part| !matches!(self.kind(**part), TermKind::String { .. }))
                    {
                        self.restore(before);
                        self.unexpected_kind(*part, "string");
                        return None;
                    }
                    path = Some((term, list));
                }
                _ => {}
            }
        }
        self.state.active = before.active;
        let Some((path, list)) = path else {
            self.error_here("expected path");
            return None;
        };
        self.check_root(path, list)?;
        let mut import = Import { path, alias: None, alias_location: Location::NONE, location };
        if self.is(Token::As) {
            self.alias(&mut import)?;
            return Some(import);
        }
        self.check_last_part(list);
        Some(import)
    }

    fn check_root(&mut self, path: TermId, list: List<TermId>) -> Option<()> {
        let head = self.nth(list, 0)?;
        if matches!(self.kind(head), TermKind::Var(name) if matches!(self.bytes(name), b"data" | b"input" | b"future" | b"rego"))
        {
            return Some(());
        }
        self.hint("if this is unexpected, try updating OPA");
        let got = self.written(head);
        let place = self.place_of(path);
        self.error(
            place,
            format!("unexpected import path, must begin with one of: {{data, future, input, rego}}, got: {got}"),
        );
        None
    }

    fn alias(&mut self, import: &mut Import) -> Option<()> {
        self.scan();
        if !self.is(Token::Identifier) {
            self.unexpected("expected var");
            return None;
        }
        if let Some(alias) = self.term() {
            let place = self.place_of(alias);
            match self.kind(alias) {
                TermKind::Var(name) => {
                    import.alias = Some(name);
                    import.alias_location = place;
                    return Some(());
                }
                TermKind::Ref(list) if list.len() == 1 => {
                    if let Some(TermKind::Var(name)) = self.nth(list, 0).map(|head| self.kind(head))
                        && self.is_root(name)
                    {
                        let name = replaced(self.bytes(name));
                        let message = format!("unexpected import alias, must not be a reserved name, got: {name}");
                        self.error(place, message);
                        return None;
                    }
                }
                _ => {}
            }
        }
        self.unexpected("expected var");
        None
    }

    /// Tells that a path ends with a keyword, which makes no name; the import stands all the same.
    fn check_last_part(&mut self, list: List<TermId>) {
        let parts = self.nodes.terms(list);
        let (Some(head), Some(last)) = (parts.first().copied(), parts.last().copied()) else { return };
        let name = match (self.kind(head), self.kind(last)) {
            (TermKind::Var(name), TermKind::Var(_)) => name,
            (TermKind::Var(head), TermKind::String { value, .. }) if self.bytes(head) != b"future" => value,
            _ => return,
        };
        if self.is_keyword_of_version(self.bytes(name)) {
            let name = replaced(self.bytes(name));
            self.hint("import a different path or use an alias");
            let place = self.place_of(last);
            self.error(place, format!("unexpected import path, must not end with a keyword, got: {name}"));
        }
    }

    fn is_keyword_of_version(&self, name: &[u8]) -> bool {
        let active = match self.options.version {
            RegoVersion::V0 => Keywords::NONE.with(Keyword::Not),
            RegoVersion::V0V1 | RegoVersion::V1 => Keywords::OF_V1.with(Keyword::Not),
            RegoVersion::V2 => Keywords::ALL,
        };
        Token::of_word(name, active) != Token::Identifier
    }

    /// What an import of `rego.…` or `future.…` does.
    pub(super) fn apply_import(&mut self, import: &Import, importable: Keywords) {
        let TermKind::Ref(list) = self.kind(import.path) else { return };
        let Some(TermKind::Var(head)) = self.nth(list, 0).map(|head| self.kind(head)) else { return };
        if !matches!(self.bytes(head), b"rego" | b"future") {
            return;
        }
        let words: Vec<String> = self
            .nodes
            .terms(list)
            .iter()
            .map(|part| match self.kind(*part) {
                TermKind::Var(text) | TermKind::String { value: text, .. } => replaced(self.bytes(text)),
                _ => String::new(),
            })
            .collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["rego", rest @ ..] => self.apply_rego_import(import, rest),
            ["future", rest @ ..] => self.apply_future_import(import, rest, importable),
            _ => return,
        }
        // The token ahead was read before the keywords were active.
        if self.is(Token::Identifier)
            && let Some(keyword) = Keyword::of(self.literal())
            && self.state.active.contains(keyword)
        {
            self.state.token = Token::of_keyword(keyword);
        }
    }

    fn apply_rego_import(&mut self, import: &Import, rest: &[&str]) {
        let place = self.place_of(import.path);
        let features = self.options.features;
        let (version, supported) = match rest {
            ["v1"] => ("v1", features.rego_v1_import || features.rego_v1 || features.rego_v2),
            ["v2"] => ("v2", features.rego_v2_import || features.rego_v2),
            _ => {
                let path = self.written(import.path);
                let message = format!("invalid import `{path}`, must be one of: `rego.v1`, `rego.v2`");
                return self.error(place, message);
            }
        };
        if !supported {
            let message = format!("invalid import, `rego.{version}` is not supported by current capabilities");
            return self.error(place, message);
        }
        if import.alias.is_some() {
            return self.error(import.alias_location, "`rego` imports cannot be aliased");
        }
        match version {
            "v1" if self.options.version != RegoVersion::V1 => self.activate(Keywords::OF_V1),
            "v2" if self.options.version != RegoVersion::V2 => {
                self.activate(Keywords::ALL);
                self.not_bodies = true;
            }
            _ => {}
        }
    }

    fn apply_future_import(&mut self, import: &Import, rest: &[&str], importable: Keywords) {
        let place = self.place_of(import.path);
        let ["keywords", rest @ ..] = rest else {
            return self.error(place, "invalid import, must be `future.keywords`");
        };
        if import.alias.is_some() {
            return self.error(import.alias_location, "`future` imports cannot be aliased");
        }
        let mut keywords = importable;
        if let [word] = rest {
            match Keyword::of(word.as_bytes()).filter(|keyword| importable.contains(*keyword)) {
                Some(keyword) => keywords = Keywords::NONE.with(keyword),
                None => {
                    let all: Vec<&str> = importable.iter().map(Keyword::as_str).collect();
                    return self.error(place, format!("unexpected keyword, must be one of [{}]", all.join(" ")));
                }
            }
        }
        if keywords.contains(Keyword::Not) {
            self.not_bodies = true;
        }
        self.activate(keywords);
    }

    fn activate(&mut self, mut keywords: Keywords) {
        if keywords.contains(Keyword::Every) {
            keywords = keywords.with(Keyword::In);
        }
        self.state.active = self.state.active.union(keywords);
    }

    /// Reads on with all future keywords active, to see whether they would help; what is read is given up.
    pub(super) fn with_future_keywords<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let before = self.state;
        let outermost = !self.trying_future;
        if outermost {
            self.trying_future = true;
            std::mem::swap(&mut self.known, &mut self.known_of_future);
        }
        self.state.active = Keywords::ALL;
        let result = read(self);
        if outermost {
            self.trying_future = false;
            std::mem::swap(&mut self.known, &mut self.known_of_future);
        }
        self.restore(before);
        result
    }
}
