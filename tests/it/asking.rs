//! `policy eval` on images, and its exit codes.

use super::support::Sandbox;

#[test]
fn an_image_of_the_store_is_asked() {
    let sandbox = Sandbox::new();
    sandbox.write("p/a.rego", "package a\n\nallow if input.user == \"ann\"\n");
    sandbox.run(&["build", "p", "-t", "acme/p:1"]).quietly();
    sandbox.write("input.json", "{\"user\": \"ann\"}");
    let run = sandbox.run(&["eval", "acme/p:1", "-i", "input.json", "-f", "raw", "data.a.allow"]);
    assert_eq!((run.out.as_str(), run.code), ("true\n", 0), "{run:?}");
}

#[test]
fn a_query_that_is_undefined_may_fail() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.run(&["eval", "--fail", "data.nope"]).exits(1).out, "{}\n");
    assert_eq!(sandbox.run(&["eval", "-f", "pretty", "data.nope"]).quietly().out, "undefined\n");
}

#[test]
fn an_endless_query_ends_at_its_time() {
    let sandbox = Sandbox::new();
    let query = "x := numbers.range(1, 100000); y := x[_]; z := x[_]; y + z < 0";
    let run = sandbox.run(&["eval", "--timeout", "100ms", "-f", "pretty", query]).exits(2);
    assert!(run.err.contains("eval_cancel_error: caller cancelled query execution"), "{run:?}");
}

#[test]
fn a_function_that_is_only_declared_ends_an_evaluation_as_in_opa() {
    let sandbox = Sandbox::new();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/rego/capabilities.json");
    let own =
        r#"{"name": "our.f", "decl": {"type": "function", "args": [{"type": "any"}], "result": {"type": "any"}}}"#;
    let mut declared: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    declared["builtins"].as_array_mut().unwrap().push(serde_json::from_str(own).unwrap());
    sandbox.write("capabilities.json", declared.to_string());
    sandbox.write("p/a.rego", "package a\n\np := our.f(1)\n\ntest_p if p\n");
    let run =
        sandbox.run(&["eval", "-d", "p", "--capabilities", "capabilities.json", "-f", "pretty", "data.a.p"]).exits(2);
    assert!(run.err.contains("a.rego:3: eval_internal_error: unsupported built-in: our.f"), "{run:?}");
    let run = sandbox.run(&["test", "p", "--capabilities", "capabilities.json"]).exits(2);
    assert!(run.out.contains("data.a.test_p: ERROR") && run.out.ends_with("ERROR: 1/1\n"), "{run:?}");
}
