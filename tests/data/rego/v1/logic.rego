package syntax.logic

import rego.v2

a if input.x and input.y
a if input.x or input.y and not input.z
b if {
	input.x == 1 or input.y == 2
	{ input.a; input.b } or { input.c }
	not { input.d; input.e }
	not {
		input.f
		input.g
	}
	(input.a or input.b) and input.c
	input.q and input.r with input.q as 1
}
c := 1 if (input.x or input.y)
d if not { some x in input.xs; x > 3 }
e := [x | some x in input.xs; x > 1 or x < 0]
f if {
	input.a
		and input.b
		or input.c
}
g contains x if {
	some x in input.xs
	x == 1 or { y := x; y == 2 }
}
h if every x in input.xs { x == 1 or x == 2 }
