//! Text of trees: what is printed reads back to the same tree.

use policy::rego::print;
use policy::rego::syntax::{Include, Layout, Module, Options, RegoVersion, parse, write_json};

#[derive(serde::Deserialize)]
struct Recorded {
    note: String,
    version: String,
    text: String,
}

fn tree(module: &Module) -> String {
    let mut out = Vec::new();
    let include = Include { locations: false, comments: false };
    write_json(module, include, Layout::Compact, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn comments(module: &Module) -> Vec<&str> {
    module.comments.iter().map(|comment| module.span(comment.text).trim_end()).collect()
}

/// What goes wrong with a module, if anything does.
fn round_trip(text: &str, version: RegoVersion) -> Result<(), String> {
    let options = Options::new(version);
    let module = parse(text.as_bytes(), "a.rego", &options).map_err(|errors| format!("{errors:?}"))?;
    let printed = print(&module);
    let again = parse(printed.as_bytes(), "a.rego", &options).map_err(|errors| {
        format!("does not read: {}:{} {}\n{printed}", errors[0].row, errors[0].column, errors[0].message)
    })?;
    if tree(&module) != tree(&again) {
        return Err(format!("another tree\n{printed}\n{}\n{}", tree(&module), tree(&again)));
    }
    if comments(&module) != comments(&again) {
        return Err(format!("other comments\n{printed}"));
    }
    Ok(())
}

#[test]
fn every_recorded_module_prints_to_text_of_the_same_tree() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/opa-parse/trees.jsonl");
    let mut failures = Vec::new();
    let mut count = 0;
    for line in std::fs::read_to_string(path).unwrap().lines() {
        let recorded: Recorded = serde_json::from_str(line).unwrap();
        let version = if recorded.version == "v0" { RegoVersion::V0 } else { RegoVersion::V1 };
        count += 1;
        if let Err(failure) = round_trip(&recorded.text, version) {
            failures.push(format!("{}: {failure}", recorded.note));
        }
    }
    assert!(count > 900, "{count}");
    assert!(failures.is_empty(), "{} of {count}:\n{}", failures.len(), failures.join("\n\n"));
}

#[test]
fn a_module_prints_as_people_write_it() {
    let text = "# About it.\npackage a.b\nimport data.x as y\nimport rego.v1\n\n# METADATA\n# title: t\nallow if {a;not b\n# why\nx[_].c==1 # so\n} else := 2 if { every k,v in y {k<v} }\ndefault allow:=false\np contains {\"k\":[1,2]} if some x in xs with input as 1\n";
    let module = parse(text.as_bytes(), "a.rego", &Options::new(RegoVersion::V1)).unwrap();
    assert_eq!(
        print(&module),
        "# About it.\npackage a.b\n\nimport data.x as y\nimport rego.v1\n\n# METADATA\n# title: t\nallow if {\n\ta\n\tnot b\n# why\n\tx[_].c == 1 # so\n} else := 2 if {\n\tevery k, v in y {\n\t\tk < v\n\t}\n}\n\ndefault allow := false\n\np contains {\"k\": [1, 2]} if {\n\tsome x in xs with input as 1\n}\n"
    );
}

#[test]
fn comments_stay_where_they_stand() {
    let texts = [
        "package a\n# METADATA\n# title: t\np := 1\n",
        "package a\n\nf(x) if {\n\tx == 1\n}\n# METADATA\n# title: d\n{\n\tx == 2\n}\n",
        "package a\n\np := [ # why\n\t1, # one\n# at the left\n\t# two\n\t2,\n\t# none\n]\n",
        "package a\n\np := f( # why\n\t1,\n\t{ # x\n\t\t\"a\": 1,\n\t},\n)\n",
        "package a\n\np := {x | # each\n\tsome x in xs # of them\n\t# if\n\tx > 1\n}\n",
        "package a\n\np := $\"{ # why\n1}\"\n",
    ];
    for text in texts {
        round_trip(text, RegoVersion::V1).unwrap();
        let module = parse(text.as_bytes(), "a.rego", &Options::new(RegoVersion::V1)).unwrap();
        assert_eq!(print(&module).replacen("a\n\n#", "a\n#", 1), text);
    }
}

#[test]
fn what_reads_otherwise_without_parentheses_keeps_them() {
    let texts = [
        ("package a\np := [(1 + x) | y]\n", RegoVersion::V1),
        ("package a\np := {k: (1 + 2) | k := 1}\n", RegoVersion::V1),
        ("package a\np if { not (not x) }\n", RegoVersion::V2),
        ("package a\np if { x | |.b }\n", RegoVersion::V2),
        ("package a\np = internal.member_2(1, [1])\n", RegoVersion::V0),
        ("package a\np.q() := 1\nr.s() = p.q()\nt.u.v() := 1\n", RegoVersion::V1),
        ("package a\nx & y = z\nx | y := z\nx / y & z + 1 = 2\nx + y = z\n", RegoVersion::V2),
        ("package a\np := (f(1))()\nq := (f(1))[2](3)\nr := (1 + x)(2)\n", RegoVersion::V1),
        ("package a\nb if b or.package if b\n", RegoVersion::V2),
        ("package a\nas.b - in - input := 1\nx == y = z\n", RegoVersion::V0),
        ("package a\nevery.b | b < c = d\np if { every.b | b }\nq if { every.f(x) | b == c }\n", RegoVersion::V1),
        ("package a\np if contains | contains\nq if every.b | b\n", RegoVersion::V1),
        ("package a\nin[x] in y in z := 1\n", RegoVersion::V1),
        ("package a\n&.in | x | y := z\n", RegoVersion::V2),
        ("package a\nb := 0 _ := $`{ # METADATA\nnull}`\n", RegoVersion::V1),
        ("package a\np = {in | package.in,}\nq = [a | package.b | c == d,]\n", RegoVersion::V0),
        ("package a\np = [(every.b | b)] { (or.c | d) }\n", RegoVersion::V0),
        ("package a\nin[x] in y := z\nk, v in x = z\nx | y = z\nx.in(y, z) := 1\n", RegoVersion::V1),
        ("package a\np := 1 +\n   # METADATA\n   # x\n2\n", RegoVersion::V1),
        ("package a\np := 1 +\n# METADATA\n# title: x\n2 +\n# y\n3\nq := 1\n", RegoVersion::V1),
    ];
    for (text, version) in texts {
        round_trip(text, version).unwrap_or_else(|failure| panic!("{text}: {failure}"));
    }
}
