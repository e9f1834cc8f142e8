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
