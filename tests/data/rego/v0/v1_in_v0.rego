package mixed

import rego.v1

p if {
	some x in input.xs
	x == 1
}

q contains x if {
	x := 1
}

default r := false

r if not p

f(x) := 2 if x > 1
