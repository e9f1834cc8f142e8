package syntax.keywords

import future.keywords.and
import future.keywords.contains
import future.keywords.not
import future.keywords.or

p if not { input.a; input.b }

q contains 1 if input.a or input.b

r if input.a and input.b

if_ := 1

in_ := {1}

nots if {
	not input.x
	not { input.y }
	not (input.z)
}
