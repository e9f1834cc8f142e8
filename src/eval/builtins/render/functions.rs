//! The functions that templates call.

use std::cmp::Ordering;

use super::super::sprintf::formatted;
use super::datum::{Basic, Datum, Held};
use super::escape;

/// How many arguments a function takes: the least, and the most where there is one.
pub(super) fn arguments(name: &str) -> (usize, Option<usize>) {
    match name {
        "and" | "or" | "call" | "index" | "slice" | "eq" | "printf" => (1, None),
        "not" | "len" => (1, Some(1)),
        "ne" | "lt" | "le" | "gt" | "ge" => (2, Some(2)),
        _ => (0, None),
    }
}

/// Whether templates may call it.
pub(super) fn is_known(name: &str) -> bool {
    matches!(name, "html" | "js" | "urlquery" | "print" | "println") || arguments(name) != (0, None)
}

/// What a call gives; `and` and `or` are for the caller.
///
/// # Errors
/// Arguments the function refuses, as `text/template` words it.
pub(super) fn call(name: &str, arguments: &[Held]) -> Result<Held, String> {
    let data: Vec<&Datum> = arguments.iter().map(|argument| &argument.datum).collect();
    let answer = match (name, data.as_slice()) {
        ("not", [one]) => Datum::Truth(!one.is_true()),
        ("len", [one]) => Datum::Integer(length(one, arguments.iter().any(|argument| argument.boxed))?),
        ("index", [first, keys @ ..]) => return index(first, keys),
        ("slice", [first, places @ ..]) => slice(first, places)?,
        ("eq", [first, others @ ..]) => Datum::Truth(equal(first, others)?),
        ("ne", [one, other]) => Datum::Truth(!equal(one, &[other])?),
        ("lt", [one, other]) => Datum::Truth(less(one, other)?),
        ("le", [one, other]) => Datum::Truth(less(one, other)? || equal(one, &[other])?),
        ("gt", [one, other]) => Datum::Truth(!less(one, other)? && !equal(one, &[other])?),
        ("ge", [one, other]) => Datum::Truth(!less(one, other)?),
        ("printf", [Datum::Text(format), rest @ ..]) => {
            let rest: Vec<_> = rest.iter().map(|datum| datum.argument()).collect();
            Datum::Text(formatted(format, &rest).into())
        }
        ("print", data) => Datum::Text(printed(data).into()),
        ("println", data) => {
            let shown: Vec<String> = data.iter().map(|datum| datum.shown()).collect();
            Datum::Text((shown.join(" ") + "\n").into())
        }
        ("html", data) => Datum::Text(escape::html(&escapable(data)).into()),
        ("js", data) => Datum::Text(escape::script(&escapable(data)).into()),
        ("urlquery", data) => Datum::Text(escape::query(&escapable(data)).into()),
        _ => Datum::Nothing,
    };
    Ok(answer.into())
}

/// Operands next to each other, apart from one another where neither is a text.
fn printed(data: &[&Datum]) -> String {
    let is_text = |datum: &Datum| datum.basic() == Some(Basic::Text);
    let mut text = String::new();
    for (place, datum) in data.iter().enumerate() {
        let before = place.checked_sub(1).and_then(|place| data.get(place));
        if before.is_some_and(|before| !is_text(before) && !is_text(datum)) {
            text.push(' ');
        }
        text.push_str(&datum.shown());
    }
    text
}

fn escapable(data: &[&Datum]) -> String {
    let missing = Datum::Text("<no value>".into());
    let data: Vec<&Datum> =
        data.iter().map(|datum| if matches!(datum, Datum::Nothing) { &missing } else { *datum }).collect();
    printed(&data)
}

fn length(datum: &Datum, boxed: bool) -> Result<i64, String> {
    let length = match datum {
        Datum::Text(text) | Datum::Number(text) => text.len(),
        Datum::List(items) => items.len(),
        Datum::Map(fields) => fields.len(),
        Datum::Nothing if boxed => return Err("len of nil pointer".to_owned()),
        Datum::Nothing => return Err("reflect: call of reflect.Value.Type on zero Value".to_owned()),
        other => return Err(format!("len of type {}", other.type_name())),
    };
    i64::try_from(length).map_err(|error| error.to_string())
}

/// A place in a list or text, at most its end.
fn place(index: &Datum, end: usize) -> Result<usize, String> {
    let number = match index {
        Datum::Integer(number) => *number,
        Datum::Byte(number) => (*number).into(),
        Datum::Nothing => return Err("cannot index slice/array with nil".to_owned()),
        other => return Err(format!("cannot index slice/array with type {}", other.type_name())),
    };
    usize::try_from(number).ok().filter(|place| *place <= end).ok_or_else(|| format!("index out of range: {number}"))
}

fn index(first: &Datum, keys: &[&Datum]) -> Result<Held, String> {
    if matches!(first, Datum::Nothing) {
        return Err("index of untyped nil".to_owned());
    }
    let mut found = Held::from(first.clone());
    for key in keys {
        found = match &found.datum {
            Datum::Nothing => return Err("index of nil pointer".to_owned()),
            Datum::List(items) => {
                let item = items.get(place(key, items.len())?).cloned();
                Held::boxed(item.ok_or("reflect: slice index out of range")?)
            }
            Datum::Text(text) | Datum::Number(text) => {
                let byte = text.as_bytes().get(place(key, text.len())?).copied();
                Datum::Byte(byte.ok_or("reflect: string index out of range")?).into()
            }
            Datum::Map(fields) => {
                let name = match key {
                    Datum::Text(name) => name,
                    Datum::Nothing => return Err("value is nil; should be of type string".to_owned()),
                    other => return Err(format!("value has type {}; should be string", other.type_name())),
                };
                Held::boxed(fields.get(name.as_ref()).cloned().unwrap_or(Datum::Nothing))
            }
            other => return Err(format!("can't index item of type {}", other.type_name())),
        };
    }
    Ok(found)
}

fn slice(first: &Datum, places: &[&Datum]) -> Result<Datum, String> {
    if matches!(first, Datum::Nothing) {
        return Err("slice of untyped nil".to_owned());
    }
    if places.len() > 3 {
        return Err(format!("too many slice indexes: {}", places.len()));
    }
    let length = match first {
        Datum::Text(_) | Datum::Number(_) if places.len() == 3 => {
            return Err("cannot 3-index slice a string".to_owned());
        }
        Datum::Text(text) | Datum::Number(text) => text.len(),
        Datum::List(items) => items.len(),
        other => return Err(format!("can't slice item of type {}", other.type_name())),
    };
    let places = places.iter().map(|index| place(index, length)).collect::<Result<Vec<_>, _>>()?;
    let from = places.first().copied().unwrap_or(0);
    let to = places.get(1).copied().unwrap_or(length);
    for (from, to) in [(from, to), (to, places.get(2).copied().unwrap_or(length))] {
        if from > to {
            return Err(format!("invalid slice index: {from} > {to}"));
        }
    }
    let cut = |text: &str| String::from_utf8_lossy(text.as_bytes().get(from..to).unwrap_or_default()).into_owned();
    Ok(match first {
        Datum::Text(text) => Datum::Text(cut(text).into()),
        Datum::Number(text) => Datum::Number(cut(text).into()),
        Datum::List(items) => Datum::List(items.get(from..to).unwrap_or_default().into()),
        _ => Datum::Nothing,
    })
}

fn incompatible(one: &Datum, other: &Datum) -> String {
    format!("incompatible types for comparison: {} and {}", one.type_name(), other.type_name())
}

/// Whether a value is one of several others.
fn equal(first: &Datum, others: &[&Datum]) -> Result<bool, String> {
    if others.is_empty() {
        return Err("missing argument for comparison".to_owned());
    }
    for other in others {
        let is_equal = match (first.basic(), other.basic()) {
            (Some(_), Some(_)) => compare(first, other).ok_or_else(|| incompatible(first, other))? == Ordering::Equal,
            (None, None) => match (first, other) {
                (Datum::Nothing, _) | (_, Datum::Nothing) => {
                    matches!((first, other), (Datum::Nothing, Datum::Nothing))
                }
                (Datum::List(_), Datum::List(_)) | (Datum::Map(_), Datum::Map(_)) => {
                    return Err(format!("non-comparable type {}: {}", other.shown(), other.type_name()));
                }
                _ => {
                    let (one, other_type) = (first.type_name(), other.type_name());
                    let shown = (first.shown(), other.shown());
                    return Err(format!("non-comparable types {}: {one}, {other_type}: {}", shown.0, shown.1));
                }
            },
            _ if matches!((first, other), (Datum::Nothing, _) | (_, Datum::Nothing)) => false,
            _ => return Err(incompatible(first, other)),
        };
        if is_equal {
            return Ok(true);
        }
    }
    Ok(false)
}

fn less(one: &Datum, other: &Datum) -> Result<bool, String> {
    let refused = || "invalid type for comparison".to_owned();
    let kinds = (one.basic().ok_or_else(refused)?, other.basic().ok_or_else(refused)?);
    match kinds {
        (Basic::Truth, Basic::Truth) => Err(refused()),
        // NaN is not less than anything, and is told by no order.
        (Basic::Float, Basic::Float) => Ok(compare(one, other) == Some(Ordering::Less)),
        _ => Ok(compare(one, other).ok_or_else(|| incompatible(one, other))? == Ordering::Less),
    }
}

/// The order of two values of one kind.
fn compare(one: &Datum, other: &Datum) -> Option<Ordering> {
    match (one, other) {
        (Datum::Truth(one), Datum::Truth(other)) => Some(one.cmp(other)),
        (Datum::Integer(one), Datum::Integer(other)) => Some(one.cmp(other)),
        (Datum::Byte(one), Datum::Byte(other)) => Some(one.cmp(other)),
        (Datum::Integer(one), Datum::Byte(other)) => Some(one.cmp(&i64::from(*other))),
        (Datum::Byte(one), Datum::Integer(other)) => Some(i64::from(*one).cmp(other)),
        (Datum::Float(one), Datum::Float(other)) => one.partial_cmp(other),
        (Datum::Text(one) | Datum::Number(one), Datum::Text(other) | Datum::Number(other)) => Some(one.cmp(other)),
        _ => None,
    }
}
