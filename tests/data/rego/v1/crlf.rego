package crlf

import rego.v1

# METADATA
# title: windows
p := x if {
	x := 1 # one
	x > 0
}

q contains "a" if {
	not input.b
}

r := `a
b`
