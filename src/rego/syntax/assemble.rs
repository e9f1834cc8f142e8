//! Statements into a module, with the checks of whole modules.

use super::builtins::is_builtin;
use super::lexer::replaced;
use super::location::Location;
use super::options::{Keyword, Keywords, Options, RegoVersion};
use super::parser::{Parsed, Parser};
use super::token::Token;
use super::tree::{
    Body, ExpressionId, ExpressionKind, Head, Import, List, Package, Rule, RuleId, Statement, TermId, TermKind,
};

/// What is wrong with a module, and where.
pub(super) type Fault = (Location, String);

/// The parts of a module.
pub(super) struct Assembled {
    pub(super) package: Package,
    pub(super) imports: Vec<Import>,
    pub(super) rules: Vec<RuleId>,
    pub(super) statements: Vec<Statement>,
}

impl Parser<'_> {
    /// Makes a module of statements: a body that can be read as a rule is one. The faults come in OPA's order.
    pub(super) fn assemble(&mut self, parsed: &[Parsed], options: &Options) -> Result<Assembled, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut level = match options.version {
            RegoVersion::V0 => 0,
            RegoVersion::V0V1 | RegoVersion::V1 => 1,
            RegoVersion::V2 => 2,
        };
        let package = match parsed.first() {
            Some(Parsed::Package(package)) => *package,
            first => {
                let location = first.map_or(Location::NONE, |first| self.place_of_statement(first));
                faults.push((location, "package expected".to_owned()));
                Package { path: List::EMPTY, location: Location::NONE }
            }
        };
        let room = parsed.len();
        let mut module = Assembled {
            package,
            imports: Vec::new(),
            rules: Vec::with_capacity(room),
            statements: Vec::with_capacity(room),
        };
        for (place, statement) in parsed.iter().enumerate().skip(1) {
            match statement {
                Parsed::Import(import) => {
                    level = level.max(self.level_of_import(import));
                    module.statements.push(Statement::Import(module.imports.len()));
                    module.imports.push(*import);
                }
                Parsed::Rule(rule) => module.add(*rule),
                Parsed::Package(package) => faults.push((package.location, "unexpected package".to_owned())),
                Parsed::Query(body) => match self.rule_of_body(*body) {
                    Ok(mut rule) => {
                        rule.generated_body = true;
                        let rule = self.new_rule(rule);
                        module.add(rule);
                    }
                    Err(mut message) => {
                        if level == 0
                            && let Some((keyword, example)) = self.missing_keyword(statement, parsed.get(place + 1))
                        {
                            message =
                                format!("{message} (hint: `import future.keywords.{keyword}` for `{example}` rules)");
                        }
                        faults.push((self.place_of_statement(statement), message));
                    }
                },
            }
        }
        if level >= 1 && !options.lenient {
            for rule in &module.rules {
                self.check_rule(*rule, &mut faults);
            }
        }
        if faults.is_empty() { Ok(module) } else { Err(faults) }
    }

    pub(super) fn place_of_statement(&self, statement: &Parsed) -> Location {
        match statement {
            Parsed::Package(package) => package.location,
            Parsed::Import(import) => import.location,
            Parsed::Rule(rule) => self.nodes.rule(*rule).map_or(Location::NONE, |rule| rule.location),
            Parsed::Query(body) => self.first_of(*body).map_or(Location::NONE, |id| self.nodes.expression(id).location),
        }
    }

    fn first_of(&self, body: Body) -> Option<ExpressionId> {
        self.nodes.body(body).first().copied()
    }

    fn level_of_import(&self, import: &Import) -> u8 {
        let TermKind::Ref(list) = self.kind(import.path) else { return 0 };
        let [head, version] = self.nodes.terms(list) else { return 0 };
        match (self.kind(*head), self.kind(*version)) {
            (TermKind::Var(head), TermKind::String { value, .. }) if self.bytes(head) == b"rego" => {
                match self.bytes(value) {
                    b"v1" => 1,
                    b"v2" => 2,
                    _ => 0,
                }
            }
            _ => 0,
        }
    }

    /// The checks of a rule and its `else` parts that hold since v1.
    pub(super) fn check_rule(&self, rule: RuleId, faults: &mut Vec<Fault>) {
        let mut next = Some(rule);
        while let Some(rule) = next.and_then(|id| self.nodes.rule(id)) {
            next = rule.otherwise;
            let head = &rule.head;
            let kind = if head.arguments.is_empty() { "rule" } else { "function" };
            let mut fault = |message: String| faults.push((rule.location, message));
            if head.reference.len() < 2
                && let Some(name) = head.name
            {
                let name = self.bytes(name);
                if Token::of_word(name, Keywords::OF_V1.with(Keyword::Not)) != Token::Identifier {
                    fault(format!("{} keyword cannot be used for rule name", replaced(name)));
                }
            }
            if rule.generated_body && head.generated_value {
                fault(format!("{kind} must have value assignment and/or body declaration"));
            }
            if !rule.generated_body && !head.has_if && !rule.default {
                fault(format!("`if` keyword is required before {kind} body"));
            }
            if head.value.is_none() && head.key.is_some() && !head.has_contains {
                fault("`contains` keyword is required for partial set rules".to_owned());
            }
        }
    }

    /// The keyword, not imported, that a statement was misread around; with an example.
    fn missing_keyword(&self, statement: &Parsed, next: Option<&Parsed>) -> Option<(&'static str, &'static str)> {
        if let Some(found) = self.head_keyword(statement) {
            return Some(found);
        }
        let next = next?;
        let (here, there) = (self.place_of_statement(statement), self.place_of_statement(next));
        if !here.is_some() || !there.is_some() || self.has_newline_between(here, there) {
            return None;
        }
        self.head_keyword(next)
    }

    fn head_keyword(&self, statement: &Parsed) -> Option<(&'static str, &'static str)> {
        let name = match statement {
            Parsed::Rule(rule) => self.nodes.rule(*rule)?.head.name?,
            Parsed::Query(body) if body.len() == 1 => match self.nodes.expression(self.first_of(*body)?).kind {
                ExpressionKind::Term(term) => match self.kind(term) {
                    TermKind::Var(name) => name,
                    _ => return None,
                },
                _ => return None,
            },
            _ => return None,
        };
        match Keyword::of(self.bytes(name)) {
            Some(Keyword::If) => Some(("if", "p if { ... }")),
            Some(Keyword::Contains) => Some(("contains", "p contains x")),
            _ => None,
        }
    }

    /// The rule that a body is.
    pub(super) fn rule_of_body(&mut self, body: Body) -> Result<Rule, String> {
        let &[id] = self.nodes.body(body) else {
            return Err("multiple expressions cannot be used for rule head".to_owned());
        };
        let expression = *self.nodes.expression(id);
        if !expression.with.is_empty() {
            return Err("expressions using with keyword cannot be used for rule head".to_owned());
        }
        if expression.negated {
            return Err("negated expressions cannot be used for rule head".to_owned());
        }
        match expression.kind {
            ExpressionKind::Some { .. } => Err("'some' declarations cannot be used for rule head".to_owned()),
            ExpressionKind::Term(term) => self.rule_of_term(term),
            ExpressionKind::Call(list) => {
                let operator = self.operator_of(list);
                let (assign, equal) = (operator == Some(b"assign"), operator == Some(b"eq"));
                if assign || equal {
                    let mut rule = self.rule_of_equation(list)?;
                    rule.head.assign = assign;
                    rule.location = expression.location;
                    rule.head.location = expression.location;
                    return Ok(rule);
                }
                self.rule_of_call(list)
            }
            _ => Err("expression cannot be used for rule head".to_owned()),
        }
    }

    fn invalid_head(&self, list: List<TermId>) -> Result<(), String> {
        if self.begins_with_variable(list) {
            return Ok(());
        }
        Err(format!("invalid rule head: {}", self.written_reference(list)))
    }

    /// `p[x]`, `p.q.r`
    fn rule_of_term(&mut self, term: TermId) -> Result<Rule, String> {
        let (kind, location) = (self.kind(term), self.place_of(term));
        let TermKind::Ref(list) = kind else { return Err(format!("{} cannot be used for rule name", kind.name())) };
        if list.len() == 1 {
            return Err(format!("{}s cannot be used for rule head", kind.name()));
        }
        self.invalid_head(list)?;
        let mut head = Head::new(list, location);
        if list.len() > 2 {
            head.value = Some(self.new_term(TermKind::Boolean(true), location));
            head.generated_value = true;
        } else {
            let (first, key) = (self.nth(list, 0), self.nth(list, 1));
            if let Some(TermKind::Var(name)) = first.map(|first| self.kind(first)) {
                head.name = Some(name);
            }
            head.reference = self.list_of(first.as_slice());
            head.key = key;
        }
        Ok(self.fact(head, location, location))
    }

    /// `p = 1`, `p[x] := 1`, `f(x) = 1`
    fn rule_of_equation(&mut self, list: List<TermId>) -> Result<Rule, String> {
        let &[_, left, right, ..] = self.nodes.terms(list) else {
            return Err("assignment requires two operands".to_owned());
        };
        let (kind, place, value_place) = (self.kind(left), self.place_of(left), self.place_of(right));
        let head = match kind {
            TermKind::Call(call) => {
                let operator = self.nth(call, 0).map(|operator| self.kind(operator));
                match operator {
                    Some(TermKind::Ref(list)) if self.begins_with_variable(list) => {
                        let mut head = self.head_of_reference(list);
                        head.arguments = List { start: call.start + 1, length: call.length - 1, of: call.of };
                        head
                    }
                    _ => return Err("call cannot be used for rule name".to_owned()),
                }
            }
            TermKind::Ref(list) => {
                self.invalid_head(list)?;
                let mut head = self.head_of_reference(list);
                if list.len() == 2 {
                    if let Some(TermKind::Var(name)) = self.nth(list, 0).map(|first| self.kind(first)) {
                        head.name = Some(name);
                    }
                    head.key = self.nth(list, 1);
                }
                head
            }
            TermKind::Var(name) => {
                let reference = self.list_of(&[left]);
                let mut head = Head::new(reference, place);
                head.name = Some(name);
                head
            }
            _ => return Err(format!("{} cannot be used for rule name", kind.name())),
        };
        let head = Head { value: Some(right), ..head };
        Ok(self.fact(head, place, value_place))
    }

    /// `f(x)`
    fn rule_of_call(&mut self, list: List<TermId>) -> Result<Rule, String> {
        let operator = self.nth(list, 0);
        if operator.is_some_and(|operator| is_builtin(&self.written(operator))) {
            return Err("rule name conflicts with built-in function".to_owned());
        }
        let Some(operator) = operator.filter(|_| list.len() > 1) else {
            return Err("rule argument list must take at least one argument".to_owned());
        };
        let location = self.place_of(operator);
        let TermKind::Ref(reference) = self.kind(operator) else {
            return Err("expression cannot be used for rule head".to_owned());
        };
        self.invalid_head(reference)?;
        let mut head = self.head_of_reference(reference);
        head.location = location;
        head.arguments = List { start: list.start + 1, length: list.length - 1, of: list.of };
        head.value = Some(self.new_term(TermKind::Boolean(true), location));
        Ok(self.fact(head, location, location))
    }

    fn fact(&mut self, head: Head, location: Location, body_place: Location) -> Rule {
        let body = self.implicit_body(body_place);
        Rule { head, body, otherwise: None, default: false, chained: false, generated_body: true, location }
    }
}

impl Assembled {
    fn add(&mut self, rule: RuleId) {
        self.statements.push(Statement::Rule(rule));
        self.rules.push(rule);
    }
}
