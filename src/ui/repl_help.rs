//! The help of a session, as OPA's REPL shows it.

/// Examples, and what they show.
const EXAMPLES: [(&str, &str); 3] = [
    ("data", "show all documents"),
    ("data[x] = _", "show all top level keys"),
    ("data.system.version", "drill into specific document"),
];

/// What can be typed, and what it does.
const COMMANDS: [(&str, &str); 25] = [
    ("<stmt>", "evaluate the statement"),
    ("package <term>", "change active package"),
    ("import <term>", "add import to active module"),
    ("show ", "show active module definition"),
    ("show debug ", "show REPL settings"),
    ("unset <ref>", "unset rules in currently active module"),
    ("unset-package <var>", "unset packages in currently active module"),
    ("json", "set output format to JSON"),
    ("pretty", "set output format to pretty"),
    ("pretty-limit", "set pretty value output limit"),
    ("trace [mode]", "toggle full trace or specific mode"),
    ("notes", "toggle notes trace"),
    ("fails", "toggle fails trace"),
    ("metrics", "toggle metrics"),
    ("instrument", "toggle instrumentation"),
    ("profile", "toggle profiler and turns off trace"),
    ("types", "toggle type information"),
    ("unknown [ref-1 [ref-2 [...]]]", "toggle partial evaluation mode"),
    ("strict-builtin-errors", "toggle strict built-in error mode"),
    ("traceback", "toggle evaluation stack traces on errors"),
    ("dump [path]", "dump raw data in storage"),
    ("help [topic]", "print this message"),
    ("target [mode]", "set the runtime to exercise {rego,wasm} (default rego)"),
    ("exit", "exit out of shell (or ctrl+d)"),
    ("ctrl+l", "clear the screen"),
];

/// Topics, and what they are about.
const TOPICS: [(&str, &str); 2] =
    [("input", "how to set input document"), ("partial", "how to use partial evaluation")];

const INPUT: &str = r#"Rego allows queries to refer to documents outside of the storage layer. These
documents must be provided as inputs to the query engine. In Rego, these values
are nested under the root "input" document.

In the interactive shell, users can set the value for the "input" document by
defining documents under the repl.input package.

For example:

	# Change to the repl.input package.
	> package repl.input

	# Define a new document called "params".
	> params = {"method": "POST", "path": "/some/path"}

	# Switch back to another package to test access to input.
	> package opa.example

	# Import "params" defined above.
	> import input.params

	# Import a future keyword.
	> import future.keywords.or
	> 1 == 2 or 1 == 1
	true

	# Define rule that refers to "params".
	> is_post if { params.method = "POST" }

	# Test evaluation.
	> is_post
	true
"#;

const PARTIAL: &str = r#"Rego queries can be partially evaluated with respect to the specific unknown
variables, inputs, or any document rooted under data. The result of partial
evaluation is a new set of queries that can be evaluated later.

For example:

	> allowed_methods = ["GET", "HEAD"]

	# Enable partial evaluation. Treat input document as unknown.
	> unknown input

	# Partially evaluate a query.
	> method = allowed_methods[i]; input.method = method
	input.method = "GET"; i = 0; method = "GET"
	input.method = "HEAD"; i = 1; method = "HEAD"

	# Turn off partial evaluation by running the 'unknown' command with no arguments.
	> unknown
"#;

/// What can be typed.
#[must_use]
pub fn help() -> String {
    let mut text = format!("\n{}", titled("Examples"));
    let width = EXAMPLES.iter().map(|(example, _)| example.len()).max().unwrap_or_default() + 1;
    for (example, comment) in EXAMPLES {
        text.push_str(&format!("> {example:<width$} # {comment}\n"));
    }
    let topics = TOPICS.map(|(topic, about)| (format!("help {topic}"), about));
    let names = COMMANDS.iter().map(|(name, _)| name.len()).chain(topics.iter().map(|(name, _)| name.len()));
    let width = names.max().unwrap_or_default();
    text.push_str(&format!("\n{}", titled("Commands")));
    for (name, does) in COMMANDS {
        text.push_str(&format!("{name:>width$} : {does}\n"));
    }
    text.push_str(&format!("\n{}", titled("Additional Topics")));
    for (name, about) in topics {
        text.push_str(&format!("{name:>width$} : {about}\n"));
    }
    text.push('\n');
    text
}

/// What there is to say about a topic, if there is one.
#[must_use]
pub fn topic(name: &str) -> Option<String> {
    let (title, body) = match name {
        "input" => ("Input", INPUT),
        "partial" => ("Partial Evaluation", PARTIAL),
        _ => return None,
    };
    Some(format!("\n{}{body}\n", titled(title)))
}

fn titled(title: &str) -> String {
    format!("{title}\n{}\n\n", "=".repeat(title.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_stand_to_the_right_and_topics_below_them() {
        let text = help();
        assert!(text.contains("\n               package <term> : change active package\n"), "{text}");
        assert!(text.ends_with("                 help partial : how to use partial evaluation\n\n"), "{text}");
        assert_eq!(topic("nope"), None);
    }
}
