//! Calls of functions.

use super::{Failure, Flow, Machine, Mock, Next, State};
use crate::eval::library::{self, Answer};
use crate::eval::plan::{Function, Term};
use regorus::Value;
use std::time::Instant;

/// From how many numbers on `numbers.range` looks at the clock.
const MANY: u64 = 1 << 16;

/// From how many numbers on a range is made with an eye on the clock.
const LONG: u64 = 100_000;

/// The most numbers of a range.
const LONGEST: u64 = 200_000_000;

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
        let function = match mock.map(|(_, mock)| mock.clone()) {
            Some(Mock::Value(value)) => return self.told(&value, output, next),
            Some(Mock::Function(function)) => return self.unmocked(&function, arguments, output, next),
            None => function.clone(),
        };
        let Some(operands) = self.operands(arguments)? else { return Ok(false) };
        self.call_of(&function, operands, output, next)
    }

    /// Calls a function in the place of another. What it calls itself is not replaced.
    fn unmocked(
        &mut self,
        function: &Function,
        arguments: &'p [Term],
        output: Option<&'p Term>,
        next: Next<'_, 'p>,
    ) -> Flow {
        let Some(operands) = self.operands(arguments)? else { return Ok(false) };
        let state = State {
            hidden: self.state.hidden.clone(),
            ..State::new(self.state.input.clone(), self.state.data.clone())
        };
        let mut other = std::mem::replace(&mut self.state, state);
        let flow = self.call_of(function, operands, output, &mut |machine| {
            std::mem::swap(&mut machine.state, &mut other);
            let flow = next(machine);
            std::mem::swap(&mut machine.state, &mut other);
            flow
        });
        std::mem::swap(&mut self.state, &mut other);
        flow
    }

    fn operands(&mut self, arguments: &'p [Term]) -> Result<Option<Vec<Value>>, Failure> {
        let mut operands = Vec::with_capacity(arguments.len());
        for argument in arguments {
            let Some(operand) = self.value(argument)? else { return Ok(None) };
            operands.push(operand);
        }
        Ok(Some(operands))
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
                self.cases.extend(operands);
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
        let number = |place: usize| operands.get(place)?.as_i64().ok();
        let length = number(0).zip(number(1)).map(|(from, to)| to.abs_diff(from));
        length.is_some_and(|length| length >= LONG)
    }

    /// A range that may take longer than there is time.
    fn long_range(&mut self, name: &str, operands: &[Value]) -> Result<Option<Value>, Failure> {
        let number = |place: usize| operands.get(place).and_then(|operand| operand.as_i64().ok());
        let (Some(from), Some(to)) = (number(0), number(1)) else { return Ok(None) };
        let step = number(2).unwrap_or(1);
        if step <= 0 {
            return self.answer(name, operands);
        }
        if to.abs_diff(from) / step.unsigned_abs() >= LONGEST {
            return Err(self.failure("eval_builtin_error", format!("{name}: a range of more than {LONGEST} numbers")));
        }
        let (mut members, mut next) = (Vec::new(), from);
        while (from <= to && next <= to) || (from > to && next >= to) {
            members.push(Value::from(next));
            let after = if from <= to { next.checked_add(step) } else { next.checked_sub(step) };
            let Some(after) = after else { break };
            next = after;
            if members.len().is_multiple_of(4096) && self.is_late() {
                let message = format!("{name}: timed out before generating all numbers in range");
                return Err(self.failure("eval_cancel_error", message));
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
        if name == "numbers.range"
            && let Some(numbers) = self.many_numbers(operands)?
        {
            return Ok(Some(numbers));
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
            Answer::End { code, message } => return Err(self.failure(code, message)),
        };
        if keeps {
            self.kept.insert((name.to_owned(), operands.to_vec()), value.clone());
        }
        Ok(Some(value))
    }

    /// `numbers.range` of so many numbers that it looks at the clock on the way.
    fn many_numbers(&self, operands: &[Value]) -> Result<Option<Value>, Failure> {
        let bound = |place: usize| operands.get(place).and_then(|operand| operand.as_i64().ok());
        let Some((start, end)) = bound(0).zip(bound(1)) else { return Ok(None) };
        if start.abs_diff(end) < MANY {
            return Ok(None);
        }
        let (mut numbers, mut next) = (Vec::new(), start);
        loop {
            numbers.push(Value::from(next));
            if next == end {
                return Ok(Some(Value::from(numbers)));
            }
            next += if start < end { 1 } else { -1 };
            let is_late = || self.setting.deadline.is_some_and(|deadline| Instant::now() >= deadline);
            if numbers.len() % 4096 == 0 && is_late() {
                let message = "numbers.range: timed out before generating all numbers in range";
                return Err(self.failure("eval_cancel_error", message));
            }
        }
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
        let members: Vec<(Value, Value)> = match value {
            Value::Array(members) => (0_u64..).map(Value::from).zip(members.iter().cloned()).collect(),
            Value::Set(members) => members.iter().map(|member| (member.clone(), member.clone())).collect(),
            Value::Object(entries) => entries.iter_sorted().map(|(key, value)| (key.clone(), value.clone())).collect(),
            _ => return Ok(false),
        };
        for (key, member) in members {
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
        value => super::super::values::rego(value),
    }
}
