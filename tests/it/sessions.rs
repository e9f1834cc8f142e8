//! `policy repl` at a terminal: what keys do, and what is kept of them.

use super::support::{Sandbox, Terminal};
use std::os::unix::fs::PermissionsExt as _;

const PROMPT: &str = "\n> ";
const FURTHER: &str = "\n| ";
const QUESTION: &str = "\nDo you want to exit ([y]/n)? ";

const POLICY: &str = "package app\n\nallow if input.user == \"ann\"\n\nalpha := 1\n\ntwice(x) := x * 2\n";

/// What is shown behind the banner while keys are pressed, each behind what is then waited for.
fn screen(sandbox: &Sandbox, arguments: &[&str], keys: &[(&str, &str)]) -> Option<String> {
    let mut arguments = arguments.to_vec();
    arguments.insert(0, "repl");
    let mut terminal = Terminal::start(sandbox, &arguments)?;
    let mut shown = terminal.until(PROMPT);
    let banner = shown.len() - PROMPT.len() + 1;
    for (keys, end) in keys {
        terminal.press(keys);
        shown = terminal.until(end);
    }
    Some(shown[banner..].to_owned())
}

/// The same in an empty folder; it is to end in what is wanted.
fn shows(keys: &[(&str, &str)], wanted: &str) {
    if let Some(shown) = screen(&Sandbox::empty(), &[], keys) {
        assert_eq!(shown, wanted);
    }
}

/// Keys behind which a session ends, and the code it ends with.
fn ends(keys: &[(&str, &str)], last: &str) -> Option<(i32, String)> {
    let mut terminal = Terminal::start(&Sandbox::empty(), &["repl"])?;
    let _ = terminal.until(PROMPT);
    for (keys, end) in keys {
        terminal.press(keys);
        let _ = terminal.until(end);
    }
    terminal.press(last);
    Some(terminal.end())
}

#[test]
fn the_banner_says_what_is_asked() {
    let sandbox = Sandbox::empty();
    sandbox.write("p.rego", POLICY);
    let Some(mut terminal) = Terminal::start(&sandbox, &["repl", "p.rego"]) else { return };
    let version = env!("CARGO_PKG_VERSION");
    let wanted = format!(
        "running policy [p.rego]\npolicy {version}, with the Rego of OPA 1.22.2\n\nRun 'help' to see a list of commands.\n\n> "
    );
    assert_eq!(terminal.until(PROMPT), wanted);
}

#[test]
fn a_block_is_evaluated_as_soon_as_it_reads() {
    shows(
        &[("1 + 1\r", PROMPT), ("p if {\r", FURTHER), ("1 == 1\r", FURTHER), ("}\r", PROMPT), ("p\r", PROMPT)],
        "> 1 + 1\n2\n> p if {\n| 1 == 1\n| }\nRule 'p' defined in package repl. Type 'show' to see rules.\n> p\ntrue\n> ",
    );
}

#[test]
fn a_blank_line_gives_up_on_a_block() {
    shows(
        &[("q if {\r", FURTHER), ("\r", PROMPT), ("1 +\r", FURTHER), ("   \r", PROMPT)],
        "> q if {\n| \n1 error occurred: 2:0: rego_parse_error: unexpected eof token\n        q if {\n             ^\n\
         > 1 +\n|    \n1 error occurred: 2:3: rego_parse_error: unexpected eof token\n        1 +\n          ^\n> "
            .replace("        ", "\t")
            .as_str(),
    );
}

#[test]
fn blank_lines_do_nothing() {
    shows(&[("\r", PROMPT), ("   \r", PROMPT), ("7\r", PROMPT)], "> \n>    \n> 7\n7\n> ");
}

#[test]
fn control_c_drops_what_is_typed() {
    shows(
        &[("1 + 2\u{3}", PROMPT), ("p if {\r", FURTHER), ("x\u{3}", PROMPT), ("3\r", PROMPT)],
        "> 1 + 2\n> p if {\n| x\n> 3\n3\n> ",
    );
}

#[test]
fn control_d_asks_before_it_leaves() {
    let keys = [("\u{4}", QUESTION), ("maybe\r", QUESTION), ("n\r", PROMPT), ("\u{4}", QUESTION), ("\u{3}", PROMPT)];
    let screen = "> \n\nDo you want to exit ([y]/n)? maybe\nDo you want to exit ([y]/n)? n\n> \n\n\
                  Do you want to exit ([y]/n)? \n> ";
    shows(&keys, screen);
}

#[test]
fn an_answer_or_control_d_leaves() {
    for answer in ["\r", "y\r", "YES\r", "\u{4}"] {
        let Some((code, _)) = ends(&[("\u{4}", QUESTION)], answer) else { return };
        assert_eq!(code, 0, "{answer:?}");
    }
}

#[test]
fn exit_leaves_without_a_question() {
    for typed in ["exit\r", "EXIT\r", "   exit now\r"] {
        let Some((code, shown)) = ends(&[], typed) else { return };
        assert!(code == 0 && !shown.contains("Do you want"), "{shown:?}");
    }
}

#[test]
fn control_d_behind_a_newline_goes_back_to_the_line_above() {
    shows(&[("[1,\r", FURTHER), ("\u{4}", "> [1,"), (" 2]\r", PROMPT)], "> [1,\n| \n> [1, 2]\n[\n  1,\n  2\n]\n> ");
}

#[test]
fn control_d_in_a_line_takes_a_character() {
    shows(&[("12\u{1}\u{4}\r", PROMPT)], "> 2\n2\n> ");
}

#[test]
fn commands_in_a_block_are_text() {
    shows(
        &[("x := [\r", FURTHER), ("show\r", FURTHER), ("]\r", PROMPT)],
        "> x := [\n| show\n| ]\n1 error occurred: 2:1: rego_unsafe_var_error: var show is unsafe\n> ",
    );
}

#[test]
fn errors_end_nothing() {
    let defined = "Rule 'p' defined in package repl. Type 'show' to see rules.";
    shows(
        &[("p := 1\r", PROMPT), ("p = 2 if true\r", PROMPT), ("p\r", PROMPT), ("nope\r", PROMPT), ("5\r", PROMPT)],
        &format!(
            "> p := 1\n{defined}\n> p = 2 if true\n{defined}\n> p\n1 error occurred: p = 2 if true: eval_conflict_error: rule \
             data.repl.p produced conflicting values:\n  1 at 1:1\n  2 at 1:1\n> nope\n1 error occurred: 1:1: \
             rego_unsafe_var_error: var nope is unsafe\n> 5\n5\n> "
        ),
    );
}

#[test]
fn prints_stand_above_results_and_rows_in_a_table() {
    shows(&[("print(\"a\"); x := 1\r", PROMPT)], "> print(\"a\"); x := 1\na\n┌───┐\n│ x │\n├───┤\n│ 1 │\n└───┘\n> ");
}

#[test]
fn what_is_pasted_is_one_block() {
    let keys = "\u{1b}[200~p if {\n\ttrue\n}\nq := 2\u{1b}[201~\r";
    if let Some(shown) = screen(&Sandbox::empty(), &[], &[(keys, PROMPT)]) {
        let defined = |name| format!("Rule '{name}' defined in package repl. Type 'show' to see rules.\n");
        assert!(shown.ends_with(&format!("\n{}{}> ", defined("p"), defined("q"))), "{shown}");
    }
}

#[test]
fn the_arrow_recalls_a_whole_block() {
    let keys = [("[1,\r", FURTHER), ("2]\r", PROMPT), ("3\r", PROMPT), ("\u{1b}[A\u{1b}[A", "2]"), ("\r", PROMPT)];
    if let Some(shown) = screen(&Sandbox::empty(), &[], &keys) {
        assert!(shown.ends_with("3\n> [1,\n2]\n[\n  1,\n  2\n]\n> "), "{shown}");
    }
}

#[test]
fn what_was_typed_is_found_in_a_later_session() {
    let sandbox = Sandbox::empty();
    let keys = [
        ("40 + 2\r", PROMPT),
        ("40 + 2\r", PROMPT),
        (" 1\r", PROMPT),
        ("nope\r", PROMPT),
        ("x := [\r", FURTHER),
        ("1]\r", PROMPT),
    ];
    if screen(&sandbox, &[], &keys).is_none() {
        return;
    }
    let text = String::from_utf8(sandbox.read(".policy/repl_history")).unwrap();
    let blocks: Vec<String> = text
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["block"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(blocks, ["40 + 2", "nope", "x := [\n1]"]);
    let mode = std::fs::metadata(sandbox.path(".policy/repl_history")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let keys = [("\u{12}40", "40': 40 + 2"), ("\r", PROMPT)];
    assert_eq!(screen(&sandbox, &[], &keys).unwrap(), "> 40 + 2\n42\n> ");
}

#[test]
fn another_file_or_none_keeps_what_is_typed() {
    let sandbox = Sandbox::empty();
    if screen(&sandbox, &["-H", "typed"], &[("1\r", PROMPT)]).is_none() {
        return;
    }
    assert!(String::from_utf8(sandbox.read("typed")).unwrap().ends_with("\"block\":\"1\"}\n"));
    let _ = screen(&sandbox, &["-H", ""], &[("1\r", PROMPT)]);
    assert!(!sandbox.path(".policy").exists());
}

#[test]
fn exit_and_answers_are_not_kept() {
    let sandbox = Sandbox::empty();
    let Some(mut terminal) = Terminal::start(&sandbox, &["repl", "-H", "typed"]) else { return };
    let _ = terminal.until(PROMPT);
    for (keys, end) in [("\u{4}", QUESTION), ("n\r", PROMPT), ("show\r", PROMPT)] {
        terminal.press(keys);
        let _ = terminal.until(end);
    }
    terminal.press("exit\r");
    assert_eq!(terminal.end().0, 0);
    let text = String::from_utf8(sandbox.read("typed")).unwrap();
    assert!(text.lines().count() == 1 && text.contains("\"block\":\"show\""), "{text}");
}

#[test]
fn a_history_that_cannot_be_read_is_a_warning() {
    let sandbox = Sandbox::empty();
    std::fs::create_dir(sandbox.path("folder")).unwrap();
    let Some(mut terminal) = Terminal::start(&sandbox, &["repl", "-H", "folder"]) else { return };
    assert!(terminal.until(PROMPT).contains("warning: what was typed before cannot be read: folder: "));
    terminal.press("1 + 1\r");
    let shown = terminal.until(PROMPT);
    assert!(shown.ends_with("> 1 + 1\n2\n> "), "{shown:?}");
}

#[test]
fn tab_completes_the_path_of_a_rule() {
    let sandbox = Sandbox::empty();
    sandbox.write("p.rego", POLICY);
    let keys = [("1 + data.app.alp\t", "data.app.alpha"), ("\r", PROMPT), ("data.app.a\t", "alpha\n> data.app.al")];
    if let Some(shown) = screen(&sandbox, &["p.rego"], &keys) {
        assert_eq!(shown, "> 1 + data.app.alpha\n2\n> data.app.al\ndata.app.allow  data.app.alpha\n> data.app.al");
    }
}

#[test]
fn tab_shows_functions_with_what_they_take() {
    let sandbox = Sandbox::empty();
    sandbox.write("p.rego", POLICY);
    let keys = [
        ("regex.t\t", "> regex.template_match"),
        ("\u{15}data.app.", "> data.app."),
        ("\t", "> data.app."),
        ("\u{15}spl\t", "> split"),
        ("\u{15}trim_", "> trim_"),
        ("\t", "> trim_"),
    ];
    if let Some(shown) = screen(&sandbox, &["p.rego"], &keys) {
        assert!(shown.contains("data.app.twice(x)"), "{shown}");
        assert!(shown.contains("\ntrim_left(value: string, cutset: string) => string\n"), "{shown}");
    }
}

#[test]
fn tab_completes_what_was_typed_and_commands() {
    let keys = [
        ("package lib\r", PROMPT),
        ("constant_of_mine := 8\r", PROMPT),
        ("constant_o\t", "> constant_of_mine"),
        ("\r", PROMPT),
        ("unset-p\t", "> unset-package"),
        (" lib\r", PROMPT),
        ("show\r", PROMPT),
    ];
    shows(
        &keys,
        "> package lib\n> constant_of_mine := 8\nRule 'constant_of_mine' defined in package lib. Type 'show' to see rules.\n\
         > constant_of_mine\n8\n> unset-package lib\n> show\nno rules defined\n> ",
    );
}

#[test]
fn control_c_stops_a_query_and_no_more() {
    let sandbox = Sandbox::empty();
    let Some(mut terminal) = Terminal::start(&sandbox, &["repl"]) else { return };
    let _ = terminal.until(PROMPT);
    terminal.press("x := numbers.range(1, 3000); y := x[_] * x[_] * x[_]; y < 0\r");
    let _ = terminal.until("y < 0\n");
    std::thread::sleep(std::time::Duration::from_millis(300));
    terminal.press("\u{3}");
    let shown = terminal.until(PROMPT);
    assert!(shown.ends_with("eval_cancel_error: caller cancelled query execution\n> "), "{shown}");
    terminal.press("1 + 1\r");
    assert!(terminal.until(PROMPT).ends_with("> 1 + 1\n2\n> "));
}

#[test]
fn what_a_terminal_would_obey_is_not_written() {
    shows(
        &[("print(\"a\\u001b[31mb\\u202ec\")\r", PROMPT)],
        "> print(\"a\\u001b[31mb\\u202ec\")\na\u{fffd}[31mb\u{fffd}c\ntrue\n> ",
    );
}

#[test]
fn letters_of_all_languages_can_be_typed() {
    shows(&[("\"é漢Ω\"\r", PROMPT)], "> \"é漢Ω\"\n\"é漢Ω\"\n> ");
}

#[test]
fn earlier_lines_are_searched() {
    let keys = [("data.nums\r", PROMPT), ("7\r", PROMPT), ("\u{12}num", "num': data.nums"), ("\r", PROMPT)];
    if let Some(shown) = screen(&Sandbox::empty(), &[], &keys) {
        assert!(shown.ends_with("> data.nums\nundefined\n> "), "{shown}");
    }
}

#[test]
fn keys_move_and_cut() {
    shows(&[("2 + 3\u{1}1 + \u{5} + 4\u{17}5\u{17}6\r", PROMPT)], "> 1 + 2 + 3 + 6\n12\n> ");
}
