package user.dockerfile.ID002

__rego_metadata__ := {
	"id": "ID002",
	"title": "Deny GitLab image",
	"severity": "CRITICAL",
	"type": "Docker Custom Check",
}

__rego_input__ := {
	"combine": false,
	"selector": [{"type": "dockerfile"}],
}

get_alias_from_copy[alias] {
	copies := get_stage_copies[_]
	arg := copies.Flags[x]
	contains(arg, "--from=")
	aux_split := split(arg, "=")
	alias := aux_split[1]
}

is_alias_current_from_alias(current, copy_alias) = allow {
	current_name_lower := lower(current)
	current_alias := split(current_name_lower, " as ")[1]

	# expecting stage name as "myimage:tag as dep"
	[_, alias] := regex.split(`\s+as\s+`, current_name_lower)
	allow = alias == copy_alias
}

deny[res] {
	output := get_alias_from_copy[_]
	msg := sprintf("'COPY --from' should not mention current alias '%s'", [output])
	res := {"msg": msg, "cmd": output}
}

get_stage_copies[copy] {
	copy := input.stages[_][_]
	copy.Cmd == "copy"
}

tags = {t: n | t := input.images[i].tag; n := count([1 | input.images[_].tag == t])}

fail_unless_pinned(image) = msg {
	not regex.match("^.+@sha256:[0-9a-f]{64}$", image)
	msg := concat("", ["image ", image, " is not pinned"])
}

test_denied {
	r := deny with input as {"stages": {"a": [{"Cmd": "copy", "Flags": ["--from=dep"]}]}}
	count(r) == 1
	startswith(r[_].msg, "'COPY --from'")
}

recursive_max(xs) = m { m := max(xs) } else = -1
