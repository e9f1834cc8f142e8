//! The built-in functions of regorus with OPA's words for what they refuse.

use super::value::{Object, Set, Value};
use crate::rego::capabilities::Capabilities;
use crate::rego::types::{Shape, Type, Types};
use regorus::Source;
use regorus::unstable::{BUILTINS, BuiltinFcn, Expr, Ref, Span};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::LazyLock;

/// Those that are answered elsewhere.
const LEFT: [&str; 3] = ["opa.runtime", "trace", "walk"];

/// An error of a call: a code of OPA and a message.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) code: &'static str,
    pub(super) message: String,
}

/// A built-in function and what it takes.
pub(super) struct Native {
    name: &'static str,
    function: BuiltinFcn,
    /// For each operand the types it may have; none where any will do.
    operands: Vec<Vec<&'static str>>,
    span: Span,
    parameters: Vec<Ref<Expr>>,
}

/// The function of a name.
pub(super) fn find(name: &str) -> Option<&'static Native> {
    static ALL: LazyLock<HashMap<&'static str, Native>> = LazyLock::new(all);
    ALL.get(name)
}

fn all() -> HashMap<&'static str, Native> {
    let mut all = HashMap::new();
    let Ok(source) = Source::from_contents("built-in".to_owned(), " ".to_owned()) else { return all };
    let span = Span { source, line: 1, col: 1, start: 0, end: 1 };
    let mut types = Types::default();
    for (name, function) in BUILTINS.iter() {
        let Some(known) = Capabilities::current().builtin(name).filter(|_| !LEFT.contains(name)) else { continue };
        let signature = known.signature(&mut types);
        let Shape::Function { arguments, .. } = types.shape(signature) else { continue };
        let operands = types.items(arguments).iter();
        let native = Native {
            name,
            function: *function,
            operands: operands.map(|operand| wanted(&types, types.unnamed(*operand))).collect(),
            span: span.clone(),
            parameters: (0..known.arity)
                .map(|_| Ref::new(Expr::Null { span: span.clone(), value: regorus::Value::Null, eidx: 0 }))
                .collect(),
        };
        drop(all.insert(*name, native));
    }
    all
}

impl Native {
    /// Answers a call; undefined where the function has no answer.
    pub(super) fn call(&self, operands: &[Value]) -> Result<Value, Refusal> {
        let refusal = |code, message: String| Refusal { code, message: format!("{}: {message}", self.name) };
        for (place, (operand, wanted)) in (1..).zip(operands.iter().zip(&self.operands)) {
            let got = operand.type_name();
            if !wanted.is_empty() && !wanted.contains(&got) {
                let message = match wanted.as_slice() {
                    [only] => format!("operand {place} must be {only} but got {got}"),
                    several => format!("operand {place} must be one of {{{}}} but got {got}", several.join(", ")),
                };
                return Err(refusal("eval_type_error", message));
            }
            if let Some(message) = refused(self.name, place, operand) {
                return Err(refusal("eval_type_error", format!("operand {place} {message}")));
            }
        }
        let given: Vec<regorus::Value> = operands.iter().map(given).collect();
        (self.function.0)(&self.span, &self.parameters, &given, true)
            .map(|answer| taken(&answer))
            .map_err(|error| refusal("eval_builtin_error", sentence(&error.to_string())))
    }
}

/// A value as regorus has it.
fn given(value: &Value) -> regorus::Value {
    match value {
        Value::Undefined => regorus::Value::Undefined,
        Value::Null => regorus::Value::Null,
        Value::Bool(value) => regorus::Value::Bool(*value),
        Value::Number(number) => match number.as_i64() {
            Some(integer) => regorus::Value::from(integer),
            None => regorus::Value::from_json_str(&number.text()).unwrap_or(regorus::Value::Undefined),
        },
        Value::String(text) => regorus::Value::String(text.clone()),
        Value::Array(members) => regorus::Value::from(members.iter().map(given).collect::<Vec<_>>()),
        Value::Set(members) => regorus::Value::from(members.iter().map(given).collect::<BTreeSet<_>>()),
        Value::Object(members) => {
            let members = members.iter().map(|(key, member)| (given(key), given(member)));
            regorus::Value::from(members.collect::<BTreeMap<_, _>>())
        }
    }
}

/// A value of regorus as ours.
fn taken(value: &regorus::Value) -> Value {
    match value {
        regorus::Value::Undefined => Value::Undefined,
        regorus::Value::Null => Value::Null,
        regorus::Value::Bool(value) => Value::Bool(*value),
        regorus::Value::Number(number) => match number.as_i64() {
            Some(integer) => Value::from(integer),
            None if number.is_integer() => Value::from_json(number.format_decimal()).unwrap_or_default(),
            None => number.as_f64().map(Value::from).unwrap_or_default(),
        },
        regorus::Value::String(text) => Value::from(&**text),
        regorus::Value::Array(members) => Value::from(members.iter().map(taken).collect::<Vec<_>>()),
        regorus::Value::Set(members) => Value::from(members.iter().map(taken).collect::<Set>()),
        regorus::Value::Object(members) => {
            Value::from(members.iter().map(|(key, member)| (taken(key), taken(member))).collect::<Object>())
        }
    }
}

/// The types an operand may have, in the order OPA tells them.
fn wanted(types: &Types, operand: Type) -> Vec<&'static str> {
    let of = |one: Type| {
        Some(match types.shape(one) {
            Shape::Null => "null",
            Shape::Boolean => "boolean",
            Shape::Number => "number",
            Shape::String => "string",
            Shape::Array { .. } => "array",
            Shape::Set(_) => "set",
            Shape::Object { .. } => "object",
            _ => return None,
        })
    };
    let mut names = match types.shape(operand) {
        Shape::Any(members) => types.items(members).iter().filter_map(|member| of(*member)).collect(),
        _ => of(operand).into_iter().collect::<Vec<_>>(),
    };
    names.dedup();
    names
}

/// What is wrong with an operand of the right type.
fn refused(name: &str, place: usize, operand: &Value) -> Option<String> {
    if let Some(number) = operand.as_number()
        && name == "rand.intn"
        && !number.is_integer()
    {
        return Some("must be integer number but got floating-point number".to_owned());
    }
    match (name, place) {
        ("format_int", 2) => {
            let is_base = [2, 8, 10, 16].iter().any(|base: &u64| *operand == Value::from(*base));
            (!is_base).then(|| "must be one of {2, 8, 10, 16}".to_owned())
        }
        _ => None,
    }
}

/// The sentence of a message of regorus, without its drawing.
fn sentence(text: &str) -> String {
    let marked = text.lines().find_map(|line| line.trim_start().strip_prefix("error:"));
    let line = marked.or_else(|| text.lines().find(|line| !line.trim().is_empty()));
    line.unwrap_or_default().trim().to_owned()
}
