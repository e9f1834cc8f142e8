//! Programs to measure with: many modules that import each other, and shapes that are long in one direction.

use std::fmt::Write;

/// How many rules a module of [`modules`] has.
pub const RULES: usize = 51;

/// A module's name and its text.
pub type File = (String, String);

/// So many modules of 51 rules and some 9,400 bytes each, in folders of a hundred; each imports three others.
///
/// Always the same for the same number, and OPA takes them.
pub fn modules(count: usize) -> Vec<File> {
    (0..count).map(|number| (format!("team{:02}/m{number:04}.rego", number / 100), module(number))).collect()
}

fn module(number: usize) -> String {
    let mut text = format!(
        "# METADATA\n# title: Rules for the workloads of team {:02}\n# organizations: [example]\npackage bench.team{:02}.m{number:04}\n",
        number / 100,
        number / 100,
    );
    // Only modules with a lower number, so no rule depends on itself.
    let mut imported: Vec<usize> = Vec::new();
    for other in [number.checked_sub(1), number.checked_sub(17), Some(number / 2)].into_iter().flatten() {
        if other < number && !imported.contains(&other) {
            imported.push(other);
        }
    }
    for (place, other) in imported.iter().enumerate() {
        let _ = write!(text, "\nimport data.bench.team{:02}.m{other:04} as other{place}", other / 100);
    }
    text.push_str("\n\n");
    for rule in 0..RULES {
        let other = (!imported.is_empty()).then(|| format!("other{}", rule % imported.len()));
        text.push_str(&self::rule(number, rule, other.as_deref()));
        text.push('\n');
    }
    text
}

/// One rule; those before it in the module, and those of `other`, are there to be used.
fn rule(number: usize, rule: usize, other: Option<&str>) -> String {
    let group = rule / 9;
    match rule % 9 {
        0 => format!(
            "limits_{group} := {{\"cpu\": {}, \"memory\": {}, \"names\": [\"web\", \"api-{number}\"], \"zones\": {{\"a\": true, \"b\": false}}}}\n",
            rule + 1,
            (number % 64 + 1) * 256,
        ),
        1 => format!(
            "exempt_{group}(image) if {{\n\tsome prefix in [\"registry.example.com/\", \"team-{number}/\"]\n\tstartswith(image, prefix)\n\tnot endswith(image, \":latest\")\n}}\n"
        ),
        2 => format!(
            "# METADATA\n# title: Containers within their limits, {group}\n# description: A container may not use more than its team has, unless it is exempt.\n# custom:\n#   severity: high\ndeny_{group} contains message if {{\n\tsome container in input.spec.containers\n\tcontainer.resources.limits.cpu > limits_{group}.cpu\n\tnot exempt_{group}(container.image)\n\tmessage := sprintf(\"container %s uses %v of cpu, %d are allowed\", [container.name, container.resources.limits.cpu, limits_{group}.cpu])\n}}\n"
        ),
        3 => format!(
            "names_{group} := {{name |\n\tsome resource in input.resources\n\tresource.kind == \"Deployment\"\n\tname := lower(trim_space(resource.metadata.name))\n}}\n"
        ),
        4 => format!(
            "by_namespace_{group}[namespace] := members if {{\n\tsome namespace in input.namespaces\n\tmembers := [member | some member in input.members[namespace]; member.active == true]\n\tcount(members) > {rule}\n}}\n"
        ),
        5 => {
            let before = other
                .map_or_else(|| format!("names_{group}"), |other| format!("({other}.names_{group} | names_{group})"));
            format!(
                "allow_{group} if {{\n\tevery role in input.user.roles {{\n\t\trole in {before}\n\t}}\n\tcount(deny_{group}) == 0\n\tnot exempt_{group}(input.image)\n}}\n"
            )
        }
        6 => {
            let factor = other
                .map_or_else(|| "2".to_owned(), |other| format!("{other}.score_{group}(input.weight, \"{number}\")"));
            format!(
                "score_{group}(weight, label) := total if {{\n\tbase := count(split(label, \"-\")) + limits_{group}.cpu\n\ttotal := (base * weight) + {factor}\n}}\n"
            )
        }
        7 => {
            let limits = other.map_or_else(|| format!("limits_{group}"), |other| format!("{other}.limits_{group}"));
            format!(
                "report_{group} := {{\"memory\": {limits}.memory + 1, \"first\": upper({limits}.names[0]), \"denied\": denied}} if {{\n\tdenied := [text | some text in deny_{group}]\n\tallow_{group}\n}}\n"
            )
        }
        _ => format!(
            "level_{group} := \"high\" if {{\n\tscore_{group}(3, \"a-b\") > 100\n}} else := \"middle\" if {{\n\tobject.get(report_{group}, [\"memory\"], 0) > {number}\n}} else := \"low\"\n"
        ),
    }
}

/// A shape, and one of its sizes that takes OPA some tenths of a second at least.
pub type Shape = (&'static str, fn(usize) -> Vec<File>, usize);

/// Programs that are long in one direction; OPA takes each.
pub const SHAPES: [Shape; 10] = [
    ("rules in a package", |n| one(lines(n, |k| format!("r{k} := input.x{k} + 1"))), 10_000),
    ("definitions of a rule", |n| one(lines(n, |k| format!("p contains {k} if input.x == {k}"))), 10_000),
    ("expressions in a body", |n| one(body(n, |k| format!("x{k} := input.a{k}"))), 2_000),
    (
        "a body, last line first",
        |n| one(body(n + 1, |k| if k == n { "x0 = 1".to_owned() } else { format!("x{} = x{} + 1", n - k, n - k - 1) })),
        500,
    ),
    ("functions in a chain", |n| one(lines(n, |k| format!("f{}(x) := f{k}(x) + 1", k + 1)) + "f0(x) := x\n"), 5_000),
    ("rules in a chain", |n| one(lines(n, |k| format!("r{} := r{k} + 1", k + 1)) + "r0 := 1\n"), 5_000),
    (
        "shapes of an object",
        |n| one(lines(n, |k| format!("p := {{\"k{k}\": {k}}} if input.x == {k}")) + "q := p\n"),
        1_000,
    ),
    ("members of a set", |n| one(format!("p := {{{}}}\n", list(n, |k| k.to_string()))), 20_000),
    (
        "keys of an object",
        |n| one(format!("p := {{{}}}\nq := p.k1\n", list(n, |k| format!("\"k{k}\": [{k}]")))),
        20_000,
    ),
    ("imports of other modules", imports, 1_000),
];

fn one(text: String) -> Vec<File> {
    vec![("a.rego".to_owned(), format!("package a\n\n{text}"))]
}

fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(|number| line(number) + "\n").collect()
}

fn list(count: usize, member: impl Fn(usize) -> String) -> String {
    (0..count).map(member).collect::<Vec<_>>().join(", ")
}

fn body(count: usize, expression: impl Fn(usize) -> String) -> String {
    format!("p if {{\n{}}}\n", lines(count, expression))
}

fn imports(count: usize) -> Vec<File> {
    let mut files: Vec<File> =
        (0..count).map(|k| (format!("m{k:05}.rego"), format!("package lib.m{k}\n\nvalue := {k}\n"))).collect();
    let imports = lines(count, |k| format!("import data.lib.m{k}"));
    files.push((
        "z.rego".to_owned(),
        format!("package z\n\n{imports}\n{}", lines(count, |k| format!("r{k} := m{k}.value + 1"))),
    ));
    files
}
