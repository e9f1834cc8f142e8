package main

import rego.v1

# secrets that may not be in an ENV
secrets_env := [
	"passwd",
	"password",
	"pass",
	"secret", "key",
	"token",
]

deny contains msg if {
	some i, instruction in input
	instruction.Cmd == "env"
	val := instruction.Value
	contains(lower(val[_]), secrets_env[_])
	msg = sprintf("Line %d: Potential secret in ENV key found: %s", [i, val])
}

warn contains msg if {
	input[i].Cmd == "from"
	val := split(input[i].Value[0], "/")
	count(val) > 1
	msg := sprintf("Line %d: use a trusted base image", [i])
}

violation_no_sudo contains {"msg": msg, "line": i} if {
	some i
	input[i].Cmd == "run"
	val := concat(" ", input[i].Value)
	contains(lower(val), "sudo")
	msg := sprintf("Line %d: Do not use 'sudo' command", [i])
}

deny_curl contains msg if {
	input[i].Cmd == "run"; val := concat(" ", input[i].Value); matches := regex.find_n("(curl|wget)[^|^>]*[|>]", lower(val), -1)
	count(matches) > 0
	msg := sprintf("Line %d: Avoid curl bashing", [i])
}

any_user if {
	input[i].Cmd == "user"
}

deny contains msg if {
	not any_user
	msg := "Do not run as root, use USER instead"
}

forbidden_users = ["root", "toor", "0"]

deny contains msg if {
	command := "user"
	users := [name | input[i].Cmd == "user"; name := input[i].Value]
	lastuser := users[count(users) - 1]
	contains(lower(lastuser[_]), forbidden_users[_])
	msg := sprintf("Line %d: Last USER directive (USER %s) is forbidden", [1, lastuser])
}

exception contains rules if {
	input.exceptions.enabled
	rules := ["curl", "no_sudo"]
}

stages := {from: commands |
	input[i].Cmd == "from"
	from := input[i].Value[0]
	commands := {cmd | some j; input[j].Stage == input[i].Stage; cmd := input[j].Cmd}
}

is_multi_stage if count(stages) > 1

exposes(port) if {
	some x in input
	x.Cmd == "expose"
	to_number(x.Value[_]) == port
}

tests := {
	{"port": 22, "want": true},
	{"port": 8080, "want": false},
	{"port": -1.5e3, "want": null},
}

test_exposes if {
	every t in tests {
		exposes(t.port) == t.want with input as [{"Cmd": "expose", "Value": ["22"]}]
	}
}
