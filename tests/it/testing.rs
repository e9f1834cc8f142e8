//! `policy test` beside what OPA has: images, reports for other programs, and tests before a build.

use super::support::Sandbox;

/// A policy in `src/` with a test that passes, one that fails and one that has two cases.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write(
        "src/policies/hello_test.rego",
        "package policies.hello_test\n\nimport data.policies.hello\n\n\
         test_admin if hello.allowed with input as {\"role\": \"admin\"}\n\n\
         test_guest if hello.allowed with input as {\"role\": \"a<b\"}\n\n\
         test_roles[role] if {\n\tsome role in [\"admin\", \"guest\"]\n\tprint(\"role\", role)\n\t\
         hello.allowed with input as {\"role\": role}\n}\n",
    );
    sandbox
}

#[test]
fn a_build_asks_the_tests_first_also_those_it_leaves_out() {
    let sandbox = sandbox();
    let before = sandbox.store_state();
    let run = sandbox.run(&["build", "src", "-t", "acme/hello:1", "--test", "--ignore", "*_test.rego"]).exits(1);
    assert!(run.out.is_empty() && run.err.contains("data.policies.hello_test.test_guest: FAIL"), "{run:?}");
    assert!(run.err.contains("error: build failed: 2 tests do not pass"), "{run:?}");
    assert_eq!(sandbox.store_state(), before);
    sandbox.write("src/policies/hello_test.rego", "package policies.hello_test\n\ntest_one if 1 == 1\n");
    sandbox.run(&["build", "src", "-t", "acme/hello:1", "--test"]).quietly();
}

#[test]
fn the_tests_in_an_image_are_run_and_others_with_it() {
    let sandbox = sandbox();
    sandbox.run(&["build", "src", "-t", "acme/hello:1"]).quietly();
    let run = sandbox.run(&["test", "acme/hello:1", "-r", "admin"]).exits(0);
    assert_eq!(run.out, "PASS: 1/1\n");
    sandbox.write(
        "more/more_test.rego",
        "package more_test\n\ntest_more if not data.policies.hello.allowed with input as {}\n",
    );
    let run = sandbox.run(&["test", "acme/hello:1", "more", "-r", "test_more|test_admin", "-v"]).exits(0);
    assert!(run.out.contains("more/more_test.rego:3:\n") && run.out.ends_with("PASS: 2/2\n"), "{run:?}");
}

#[test]
fn other_programs_get_reports_of_their_own() {
    let sandbox = sandbox();
    let run = sandbox.run(&["test", "src", "-f", "junit"]).exits(2);
    assert!(run.out.contains("<testsuites name=\"policy test\" tests=\"4\" failures=\"2\" errors=\"0\" skipped=\"0\""));
    assert!(run.out.contains("name=\"test_roles/guest\"") && run.out.contains("<system-out>role admin\n"), "{run:?}");
    let run = sandbox.run(&["test", "src", "-f", "github"]).exits(2);
    let wanted = "::error file=src/policies/hello_test.rego,line=7,col=1,\
                  title=data.policies.hello_test.test_guest%3A FAIL::the test is not true\n";
    assert!(run.out.starts_with(wanted), "{run:?}");
    let run = sandbox.run(&["test", "src", "-q"]).exits(2);
    assert_eq!(run.out, "data.policies.hello_test.test_guest\ndata.policies.hello_test.test_roles\n");
}

#[test]
fn what_is_not_understood_ends_with_one() {
    let sandbox = sandbox();
    for arguments in
        [&["test"][..], &["test", "src", "--nope"], &["test", "src", "-f", "xml"], &["test", "src", "-r", "["]]
    {
        assert!(sandbox.run(arguments).exits(1).out.is_empty());
    }
}
