# METADATA
# description: Rules of style
package lint.rules.style

import data.lint.ast
import data.lint.config
import data.lint.result
import data.lint.util

cfg := config.for_rule("style", "line-length")

default max_line_length := 120

max_line_length := cfg["max-line-length"] if {
	is_number(cfg["max-line-length"])
	cfg["max-line-length"] > 0
}

# METADATA
# description: Lines are not too long
# scope: document
report contains violation if {
	some i, line in input.regal.file.lines

	line != ""

	line_length := count(line)
	line_length > max_line_length
	not has_word_above_threshold(line, cfg)

	violation := result.fail(rego.metadata.chain(), {"location": {
		"file": input.regal.file.name,
		"row": i + 1,
		"col": line_length,
		"text": input.regal.file.lines[i],
		"end": {"row": i + 1, "col": line_length},
	}})
}

report contains violation if {
	rule := input.rules[_]
	not ast.implicit_boolean_assignment(rule)
	rule["default"] == true
	# "else" in a key
	object.get(rule, ["else", "head", "assign"], false) == false

	violation := result.fail(rego.metadata.rule(), result.location(rule.head))
}

has_word_above_threshold(line, conf) if {
	threshold := conf["non-breakable-word-threshold"]
	some word in split(line, " ")
	count(word) > threshold
}

_rule_names := {ast.ref_to_string(rule.head.ref) | some rule in input.rules}

_comments_by_row[row] contains comment if {
	some comment in ast.comments_decoded
	row := comment.location.row
}

_blocks[start][kind] := n if {
	some start, kind
	block := input.blocks[start][kind]
	n := count(block)
}

_tree.left.right[leaf] := true if some leaf in input.leaves

_tree.left.count := count(input.leaves)

_sorted := sort([loc |
	some expr in input.rules[_].body
	walk(expr, [path, value])
	path[count(path) - 1] == "location"
	loc := util.to_location_object(value)
])

_unused_in_scope(scope, names) := names - {name |
	some term in scope
	term.type == "var"
	name := term.value
}

_prefixed := ["$", "__local"][_]

_camel_case(str) if {
	str != lower(str)
} else if regex.match(`^[a-z]+([A-Z][a-z0-9]*)*$`, str)

_any_of_three if {
	1 == 1
} {
	2 == 2
}

_with_inputs if {
	report == set() with input as {"rules": [], "regal": {"file": {"lines": []}}} with config.for_rule as mock
	count(report) == 0 with input.rules as []
		with data.lint.config.merged as {"rules": {}}
}

mock(_, _) := {"max-line-length": 3}
