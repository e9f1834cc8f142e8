//! Vertices that are reached in a graph, and the ways to them.

use std::collections::{BTreeSet, VecDeque};

use crate::eval::Value;
use crate::eval::value::Object;

use super::{Builtin, BuiltinError, BuiltinOptions, builtin, operand, size};

pub(super) const BUILTINS: &[Builtin] =
    &[builtin("graph.reachable", 2, reachable), builtin("graph.reachable_paths", 2, reachable_paths)];

/// The longest way that is gone.
const LONGEST: usize = 1000;

/// The members of an array or a set; none of anything else.
fn members(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().collect(),
        Value::Set(members) => members.iter().collect(),
        _ => Vec::new(),
    }
}

fn begin(operands: &[Value]) -> Result<Vec<&Value>, BuiltinError> {
    match operand::at(operands, 2) {
        given @ (Value::Array(_) | Value::Set(_)) => Ok(members(given)),
        other => Err(operand::wrong(2, other, &["{array, set}"])),
    }
}

fn reachable(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let graph = operand::object(operands, 1)?;
    let mut left: VecDeque<&Value> = begin(operands)?.into();
    let mut reached = BTreeSet::new();
    while let Some(vertex) = left.pop_front() {
        let Some(edges) = graph.get(vertex) else { continue };
        if reached.insert(vertex.clone()) {
            left.extend(members(edges).into_iter().filter(|next| !reached.contains(*next)));
        }
    }
    Ok(reached.into())
}

fn reachable_paths(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let graph = operand::object(operands, 1)?;
    let mut ways = Ways { graph, found: BTreeSet::new(), room: size::Room::new() };
    for vertex in begin(operands)? {
        let Some(edges) = graph.get(vertex) else { continue };
        let edges = members(edges);
        if edges.is_empty() {
            ways.add(&[vertex])?;
        }
        for next in edges {
            ways.go(next, &mut vec![vertex])?;
        }
    }
    Ok(ways.found.into())
}

/// The ways that are found in a graph.
struct Ways<'g> {
    graph: &'g Object,
    found: BTreeSet<Value>,
    room: size::Room,
}

impl<'g> Ways<'g> {
    fn add(&mut self, way: &[&Value]) -> Result<(), BuiltinError> {
        self.room.take((way.len() + 1) * size::VALUE)?;
        self.found.insert(way.iter().map(|vertex| (*vertex).clone()).collect::<Vec<_>>().into());
        Ok(())
    }

    /// Goes on to a vertex. A way ends at one without edges, before one that is not in the graph, and before one that it
    /// has gone through.
    fn go(&mut self, vertex: &'g Value, way: &mut Vec<&'g Value>) -> Result<(), BuiltinError> {
        let Some(edges) = self.graph.get(vertex) else { return self.add(way) };
        if way.len() >= LONGEST {
            return Err(super::error::failed("the paths are too long"));
        }
        way.push(vertex);
        let edges = members(edges);
        if edges.is_empty() {
            self.add(way)?;
        }
        for next in edges {
            if way.contains(&next) { self.add(way)? } else { self.go(next, way)? }
        }
        way.pop();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(function: fn(&[Value], &BuiltinOptions) -> Result<Value, BuiltinError>, graph: &str, from: &str) -> String {
        let operands = [graph, from].map(|text| Value::from_json(text).unwrap());
        match function(&operands, &BuiltinOptions::default()) {
            Ok(value) => value.to_json(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn vertices_are_reached_once() {
        let graph = r#"{"a": ["b", "x"], "b": ["a", "c"], "c": []}"#;
        assert_eq!(told(reachable, graph, r#"["a", "zz"]"#), r#"["a","b","c"]"#);
        assert_eq!(told(reachable_paths, graph, r#"["a"]"#), r#"[["a"],["a","b"],["a","b","c"]]"#);
        assert_eq!(told(reachable, graph, "1"), "operand 2 must be {array, set} but got number");
    }
}
