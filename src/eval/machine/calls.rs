//! Calls of functions.

use super::references::members;
use super::{Failure, Flow, Machine, Mock, Next, RecordedCase, State};
use crate::eval::Value;
use crate::eval::builtins::http;
use crate::eval::library::{self, Answer};
use crate::eval::plan::{Function, Term};

/// From how many numbers on a range is made with an eye on the clock.
const LONG: u64 = 1 << 16;

/// The most numbers of a range.
const LONGEST: usize = 100_000_000;

impl<'p> Machine<'p> {
    /// Goes on where a call has a result that is not false, or that is equal to its output.
    pub(super) fn call(
        &mut self,
        function: &'p Function,
        arguments: &'p [Term],
        output: Option<&'p Term>,
        next: Next<'_, 'p>,
    ) -> Flow {
        let mock = self.state.functions.iter().rev().find(|(known, _)| known == function);
        match mock.map(|(_, mock)| mock.clone()) {
            Some(Mock::Value(value)) => self.told(&value, output, next),
            Some(Mock::Function(function)) => self.unmocked(&function, arguments, output, next),
            None => {
                let Some(operands) = self.values(arguments)? else { return Ok(false) };
                self.call_of(function, operands, output, next)
            }
        }
    }

    /// Calls a function in the place of another. What it calls itself is not replaced.
    fn unmocked(
        &mut self,
        function: &Function,
        arguments: &'p [Term],
        output: Option<&'p Term>,
        next: Next<'_, 'p>,
    ) -> Flow {
        let Some(operands) = self.values(arguments)? else { return Ok(false) };
        let state = State {
            hidden: self.state.hidden.clone(),
            ..State::new(self.state.input.clone(), self.state.data.clone())
        };
        self.in_state(state, &mut |machine, next| machine.call_of(function, operands.clone(), output, next), next)
    }

    fn call_of(
        &mut self,
        function: &Function,
        operands: Vec<Value>,
        output: Option<&'p Term>,
        next: Next<'_, 'p>,
    ) -> Flow {
        let name = match function {
            Function::Rule(node) => {
                return self.function(*node, operands, &mut |machine, value| machine.told(value, output, next));
            }
            Function::Builtin(name) => name.as_str(),
        };
        match name {
            "internal.print" => {
                self.print(&operands)?;
                next(self)
            }
            "internal.test_case" => {
                let failed = self.recorder.as_ref().map_or(0, |recorder| recorder.failed.len());
                self.cases.extend(operands.into_iter().map(|keys| RecordedCase { keys, failed }));
                next(self)
            }
            "trace" => {
                if let Some(Value::String(text)) = operands.first() {
                    let text = text.clone();
                    self.note(&text);
                }
                self.told(&Value::Bool(true), output, next)
            }
            "walk" => self.walk_all(&operands, output, next),
            "numbers.range" | "numbers.range_step" if self.is_long(&operands) => {
                match self.long_range(name, &operands)? {
                    Some(value) => self.told(&value, output, next),
                    None => Ok(false),
                }
            }
            _ => match self.answer(name, &operands)? {
                Some(value) => self.told(&value, output, next),
                None => Ok(false),
            },
        }
    }

    /// Whether a range has so many members that the clock is to be looked at.
    fn is_long(&self, operands: &[Value]) -> bool {
        let number = |place: usize| operands.get(place)?.as_number()?.as_i64();
        let length = number(0).zip(number(1)).map(|(from, to)| to.abs_diff(from));
        length.is_some_and(|length| length >= LONG)
    }

    /// A range that may take longer than there is time.
    fn long_range(&mut self, name: &str, operands: &[Value]) -> Result<Option<Value>, Failure> {
        let number = |place: usize| operands.get(place)?.as_number()?.as_i64();
        let (Some(from), Some(to)) = (number(0), number(1)) else { return Ok(None) };
        let step = number(2).unwrap_or(1);
        if step <= 0 {
            return self.answer(name, operands);
        }
        let (mut members, mut next) = (Vec::new(), from);
        while (from <= to && next <= to) || (from > to && next >= to) {
            members.push(Value::from(next));
            let after = if from <= to { next.checked_add(step) } else { next.checked_sub(step) };
            let Some(after) = after else { break };
            next = after;
            if members.len().is_multiple_of(4096) && self.is_late() {
                return Err(self.ended(format!("{name}: timed out before generating all numbers in range")));
            }
            if members.len() > LONGEST {
                let message = format!("{name}: a range of more than {LONGEST} numbers");
                return Err(self.failure("eval_builtin_error", message));
            }
        }
        Ok(Some(Value::from(members)))
    }

    fn told(&mut self, value: &Value, output: Option<&'p Term>, next: Next<'_, 'p>) -> Flow {
        match output {
            Some(output) => self.unify_value(output, value, next),
            None if *value == Value::Bool(false) => Ok(false),
            None => next(self),
        }
    }

    /// The answer of a built-in function; an error leaves it undefined.
    fn answer(&mut self, name: &str, operands: &[Value]) -> Result<Option<Value>, Failure> {
        let keeps = library::is_kept(name);
        if keeps && let Some(known) = self.kept.get(&(name.to_owned(), operands.to_vec())) {
            return Ok(Some(known.clone()));
        }
        let answer = library::call(name, operands, &self.setting.options);
        let value = match answer {
            Answer::Value(Value::Undefined) => return Ok(None),
            Answer::Value(value) => value,
            Answer::Error { code, message } => {
                let failure = self.failure(code, message);
                self.errors.push(failure);
                return Ok(None);
            }
            Answer::Unraised(error) => http::unraised_at(&self.place_text(), &error),
            Answer::Ended(told) => return Err(self.ended(told)),
            Answer::End { code, message } => return Err(self.failure(code, message)),
        };
        if keeps {
            self.kept.insert((name.to_owned(), operands.to_vec()), value.clone());
        }
        Ok(Some(value))
    }

    /// `print`: a line for each choice of the values that its operands may have.
    fn print(&mut self, operands: &[Value]) -> Result<(), Failure> {
        let Some(Value::Array(parts)) = operands.first() else { return Ok(()) };
        let mut lines = vec![String::new()];
        for (place, part) in parts.iter().enumerate() {
            let texts: Vec<String> = match part {
                Value::Set(values) if values.is_empty() => vec!["<undefined>".to_owned()],
                Value::Set(values) => values.iter().map(printed).collect(),
                value => vec![printed(value)],
            };
            let several = lines.iter().flat_map(|line| {
                let between = if place > 0 { " " } else { "" };
                texts.iter().map(move |text| format!("{line}{between}{text}"))
            });
            lines = several.collect();
        }
        self.prints.extend(lines);
        Ok(())
    }

    /// `walk`: each path in a value and what lies there.
    fn walk_all(&mut self, operands: &[Value], output: Option<&'p Term>, next: Next<'_, 'p>) -> Flow {
        let (Some(value), Some(output)) = (operands.first(), output) else { return Ok(false) };
        self.walk_from(&mut Vec::new(), value, output, next)
    }

    fn walk_from(&mut self, path: &mut Vec<Value>, value: &Value, output: &'p Term, next: Next<'_, 'p>) -> Flow {
        self.tick()?;
        let pair = Value::from(vec![Value::from(path.clone()), value.clone()]);
        if self.unify_value(output, &pair, next)? {
            return Ok(true);
        }
        for (key, member) in members(value).unwrap_or_default() {
            path.push(key);
            let flow = self.deeper(|machine| machine.walk_from(path, &member, output, next))?;
            path.pop();
            if flow {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// A value as `print` writes it.
fn printed(value: &Value) -> String {
    match value {
        Value::String(text) => text.to_string(),
        value => value.to_string(),
    }
}
