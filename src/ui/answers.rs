//! Rows of queries as text, as `opa eval` and its REPL write them.

use crate::eval::value::JsonText;
use crate::eval::{Coverage, ExpressionValue, Range, Reason, ResultRow, Value};
use std::borrow::Cow;
use unicode_width::UnicodeWidthChar;

/// A document whose members stay in their order.
#[derive(Debug, Clone)]
pub enum Tree {
    /// A value of Rego.
    Value(Value),
    /// A value of JSON.
    Json(serde_json::Value),
    /// A string.
    Text(String),
    /// Members and their names.
    Object(Vec<(Cow<'static, str>, Tree)>),
    /// Members.
    List(Vec<Tree>),
}

impl Tree {
    /// As JSON, indented by two blanks a level.
    #[must_use]
    pub fn json(&self) -> String {
        let mut json = JsonText::indented("", "  ");
        self.write(&mut json);
        json.finish()
    }

    /// The same with the members of objects by their names.
    #[must_use]
    pub fn sorted(self) -> Self {
        match self {
            Self::Object(members) => {
                let mut members: Vec<_> = members.into_iter().map(|(name, member)| (name, member.sorted())).collect();
                members.sort_by(|left, right| left.0.cmp(&right.0));
                Self::Object(members)
            }
            Self::List(members) => Self::List(members.into_iter().map(Self::sorted).collect()),
            other => other,
        }
    }

    fn write(&self, json: &mut JsonText<'_>) {
        match self {
            Self::Value(value) => json.value(value),
            Self::Json(value) => json.value(&Value::from_json(value.to_string()).unwrap_or_default()),
            Self::Text(text) => json.string(text),
            Self::List(members) => json.list(members.iter(), |json, member| member.write(json)),
            Self::Object(members) => {
                let members = members.iter().map(|(name, member)| (Cow::Borrowed(&**name), member));
                json.object(members, |json, member| member.write(json));
            }
        }
    }
}

/// The rows as the `result` of `opa eval --format json`.
#[must_use]
pub fn result(rows: &[ResultRow]) -> Tree {
    let number = |number: u32| Tree::Value(Value::from(u64::from(number)));
    let row = |row: &ResultRow| {
        let told = |told: &ExpressionValue| {
            let location = vec![("row".into(), number(told.row)), ("col".into(), number(told.column))];
            Tree::Object(vec![
                ("value".into(), Tree::Value(told.value.clone())),
                ("text".into(), Tree::Text(told.text.clone())),
                ("location".into(), Tree::Object(location)),
            ])
        };
        let mut members = vec![("expressions".into(), Tree::List(row.expressions.iter().map(told).collect()))];
        if !row.bindings.is_empty() {
            members.push(("bindings".into(), Tree::Value(bound(row))));
        }
        Tree::Object(members)
    };
    Tree::List(rows.iter().map(row).collect())
}

/// What was evaluated as `opa eval --coverage` tells it.
#[must_use]
pub fn coverage(coverage: &Coverage) -> Tree {
    let number = |number: usize| Tree::Value(Value::from(number as u64));
    let share = |share: f64| Tree::Value(Value::from(share));
    let position = |(row, column): (u32, u32)| {
        Tree::Object(vec![("row".into(), number(row as usize)), ("col".into(), number(column as usize))])
    };
    let files = coverage.files().map(|(name, file)| {
        let mut members: Vec<(Cow<'static, str>, Tree)> = Vec::new();
        let range = |(start, end): &Range, reasons: &[Reason]| {
            let mut members = vec![("start".into(), position(*start)), ("end".into(), position(*end))];
            if !reasons.is_empty() {
                let name = |reason: &Reason| Tree::Text(reason.name().to_owned());
                members.push(("kinds".into(), Tree::List(reasons.iter().map(name).collect())));
            }
            Tree::Object(members)
        };
        if !file.covered().is_empty() {
            members.push(("covered".into(), Tree::List(file.covered().iter().map(|at| range(at, &[])).collect())));
        }
        if !file.not_covered().is_empty() {
            let ranges = file.not_covered().iter().map(|(at, reasons)| range(at, reasons));
            members.push(("not_covered".into(), Tree::List(ranges.collect())));
        }
        let (covered, not_covered) = file.rows();
        for (name, count) in [("covered_lines", covered), ("not_covered_lines", not_covered)] {
            if count > 0 {
                members.push((name.into(), number(count)));
            }
        }
        if covered > 0 {
            members.push(("coverage".into(), share(file.percentage())));
        }
        (name.to_owned().into(), Tree::Object(members))
    });
    let files = files.collect();
    let (covered, not_covered) = coverage.rows();
    Tree::Object(vec![
        ("files".into(), Tree::Object(files)),
        ("covered_lines".into(), number(covered)),
        ("not_covered_lines".into(), number(not_covered)),
        ("coverage".into(), share(coverage.percentage())),
    ])
}

/// The share of lines that were evaluated, as a table.
#[must_use]
pub fn overall(coverage: &Coverage) -> String {
    let rows = [vec!["Overall Coverage".to_owned(), format!("{:.2}", coverage.percentage())]];
    ruled(&[], &rows)
}

/// The variables of a row as an object.
fn bound(row: &ResultRow) -> Value {
    let bound = row.bindings.iter().map(|(name, value)| (Value::from(name.as_str()), value.clone()));
    Value::from(bound.collect::<std::collections::BTreeMap<Value, Value>>())
}

/// `opa eval --format values`: an array a row.
#[must_use]
pub fn values(rows: &[ResultRow]) -> String {
    let row = |row: &ResultRow| {
        let values: Vec<Value> = row.expressions.iter().map(|told| told.value.clone()).collect();
        Value::from(values).to_indented_json() + "\n"
    };
    rows.iter().map(row).collect()
}

/// `opa eval --format bindings`: an object a row.
#[must_use]
pub fn bindings(rows: &[ResultRow]) -> String {
    rows.iter().map(|row| bound(row).to_indented_json() + "\n").collect()
}

/// `opa eval --format raw`: the expressions of a row with blanks between them, strings as they are.
#[must_use]
pub fn raw(rows: &[ResultRow]) -> String {
    let text = |value: &Value| match value {
        Value::String(text) => text.to_string(),
        value => value.to_json(),
    };
    let row = |row: &ResultRow| {
        let texts: Vec<String> = row.expressions.iter().map(|told| text(&told.value)).collect();
        texts.join(" ") + "\n"
    };
    rows.iter().map(row).collect()
}

/// `opa eval --format pretty`: a value alone, else a table. Cells of more than `limit` bytes are cut, if there is one.
#[must_use]
pub fn pretty(rows: &[ResultRow], limit: Option<usize>) -> String {
    pretty_by(rows, limit, boxed)
}

/// The same with every character as it is.
#[must_use]
pub fn pretty_exact(rows: &[ResultRow], limit: Option<usize>) -> String {
    pretty_by(rows, limit, ruled)
}

fn pretty_by(
    rows: &[ResultRow],
    limit: Option<usize>,
    table: impl FnOnce(&[&str], &[Vec<String>]) -> String,
) -> String {
    let Some(first) = rows.first() else { return "undefined\n".to_owned() };
    let is_boolean = |value: &Value| matches!(value, Value::Bool(_));
    if let ([row], true) = (rows, first.bindings.is_empty()) {
        let all_boolean = row.expressions.iter().all(|told| is_boolean(&told.value));
        if let Some(told) = row.expressions.first()
            && (row.expressions.len() == 1 || all_boolean)
        {
            return told.value.to_indented_json() + "\n";
        }
    }
    let has_bindings = !first.bindings.is_empty();
    let shown: Vec<usize> = first
        .expressions
        .iter()
        .enumerate()
        .filter(|(_, told)| !has_bindings || !is_boolean(&told.value))
        .map(|(place, _)| place)
        .collect();
    let heads = shown.iter().filter_map(|place| first.expressions.get(*place)).map(|told| told.text.as_str());
    let names = first.bindings.iter().map(|(name, _)| name.as_str());
    let header: Vec<&str> = heads.chain(names).collect();
    let cell = |value: &Value| {
        let text = value.to_json();
        match limit {
            Some(limit) if text.len() > limit => {
                String::from_utf8_lossy(text.as_bytes().get(..limit).unwrap_or_default()).into_owned() + "..."
            }
            _ => text,
        }
    };
    let lines: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let told = shown.iter().filter_map(|place| row.expressions.get(*place)).map(|told| cell(&told.value));
            told.chain(row.bindings.iter().map(|(_, value)| cell(value))).collect()
        })
        .collect();
    table(&header, &lines)
}

/// A table with lines around and between its columns, and heads in the middle, an odd blank behind them.
#[must_use]
pub fn boxed(header: &[&str], rows: &[Vec<String>]) -> String {
    let safe = |row: &Vec<String>| row.iter().map(|cell| super::Safe(cell).to_string()).collect();
    let header: Vec<String> = header.iter().map(|text| super::lines(text)).collect();
    ruled(&header.iter().map(String::as_str).collect::<Vec<_>>(), &rows.iter().map(safe).collect::<Vec<_>>())
}

/// The columns a text takes; characters that are joined are counted each, as OPA does.
fn width(text: &str) -> usize {
    let alone = |character: char| match character {
        // Flags are made of two letters, and tones of skin stand behind what has them.
        '\u{1f1e6}'..='\u{1f1ff}' | '\u{1f3fb}'..='\u{1f3ff}' => 2,
        other => UnicodeWidthChar::width(other).unwrap_or(0),
    };
    text.chars().map(alone).sum()
}

/// A table with lines around and between its columns; without heads, rows alone.
fn ruled(header: &[&str], rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).chain([header.len()]).max().unwrap_or(0);
    let heads: Vec<Vec<&str>> = header.iter().map(|text| text.lines().collect()).collect();
    let widths: Vec<usize> = (0..columns)
        .map(|place| {
            let cells = rows.iter().filter_map(|row| row.get(place)).map(|cell| width(cell));
            let lines = heads.get(place).into_iter().flatten().map(|line| width(line));
            cells.chain(lines).max().unwrap_or(0)
        })
        .collect();
    let border = |[left, between, right]: [&str; 3]| {
        let lines: Vec<String> = widths.iter().map(|width| "─".repeat(width + 2)).collect();
        format!("{left}{}{right}\n", lines.join(between))
    };
    let line = |cells: &[String]| format!("│{}│\n", cells.join("│"));
    let mut text = border(["┌", "┬", "┐"]);
    let height = heads.iter().map(Vec::len).max().unwrap_or(0);
    for row in 0..height {
        let cells = heads.iter().zip(&widths).map(|(lines, whole)| {
            let head = lines.get(row).copied().unwrap_or_default();
            let rest = whole.saturating_sub(width(head));
            format!(" {}{head}{} ", " ".repeat(rest / 2), " ".repeat(rest - rest / 2))
        });
        text.push_str(&line(&cells.collect::<Vec<_>>()));
    }
    if height > 0 {
        text.push_str(&border(["├", "┼", "┤"]));
    }
    for row in rows {
        let cells = row
            .iter()
            .zip(&widths)
            .map(|(cell, whole)| format!(" {cell}{} ", " ".repeat(whole.saturating_sub(width(cell)))));
        text.push_str(&line(&cells.collect::<Vec<_>>()));
    }
    text.push_str(&border(["└", "┴", "┘"]));
    text
}
