//! What slips put into modules.

/// The words of Rego.
pub const WORDS: [&str; 18] = [
    "package", "import", "as", "default", "else", "not", "with", "some", "every", "in", "if", "contains", "null",
    "true", "false", "and", "or", "set",
];

/// Values, some of which are refs.
pub const LITERALS: [&str; 14] = [
    "1",
    "\"a\"",
    "true",
    "null",
    "[]",
    "{}",
    "[1, \"a\"]",
    "{\"a\": 1}",
    "{1, 2}",
    "set()",
    "-1.5",
    "input",
    "input.x",
    "data.foo",
];

/// Built-in functions of one to four arguments.
pub const FUNCTIONS: [&str; 20] = [
    "count",
    "upper",
    "sum",
    "max",
    "is_string",
    "to_number",
    "startswith",
    "concat",
    "split",
    "array.concat",
    "object.get",
    "replace",
    "sprintf",
    "walk",
    "json.unmarshal",
    "time.now_ns",
    "any",
    "object.keys",
    "regex.match",
    "numbers.range",
];

/// Expressions that may be put into a body; `X` and `Y` are names of the module, `P` is one of its rules.
pub const EXPRESSIONS: [&str; 34] = [
    "X := 5",
    "y1 := count(X)",
    "X == 1",
    "X[_] == \"a\"",
    "startswith(X, 1)",
    "walk(X, [p1, v1])",
    "X.foo.bar",
    "every k, v in X { v == k }",
    "some i1; X[i1] > 1",
    "not X",
    "X = Y",
    "[X, y1] := Y",
    "{\"k\": v1} = X",
    "some X in Y",
    "some k1, X in Y",
    "X + Y == 3",
    "upper(X) == 1",
    "P(X)",
    "P == X",
    "P.foo",
    "P[X]",
    "y1 := x1; x1 := 1",
    "x1 > 1",
    "X in Y",
    "not x1",
    "any([X])",
    "y1 := {Y | Y := X[_]}",
    "_ = X",
    "P := X",
    "count(X) := 3",
    "x1 := P; x1.foo.bar",
    "sum(X, y1)",
    "X == P.a",
    "y1 := data.test[X]",
];

/// What may be put behind an expression.
pub const REPLACEMENTS: [&str; 9] = [
    " with input as 1",
    " with input.foo as X",
    " with data.foo as {}",
    " with P as 1",
    " with count as P",
    " with time.now_ns as 5",
    " with X as 1",
    " with count as upper",
    " with walk as 1",
];

/// Rules that may be put at the end; `P` and `Q` are rules of the module.
pub const RULES: [&str; 15] = [
    "P := 1",
    "P contains 1",
    "P(x) := x",
    "P(x, y) := x if x > y",
    "P.a := 1",
    "default P := 2",
    "P[x] := 1 if x := \"k\"",
    "P := Q",
    "P if Q",
    "zz := P.a.b",
    "zz := data[P]",
    "P := Q.foo[_]",
    "zz(x) := P(x)",
    "zz := count(P)",
    "zz if P == Q",
];
