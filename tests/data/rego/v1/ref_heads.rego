package syntax.heads.deep["with space"].x

import data.a
import data.a.b as c
import data["quoted part"].d
import input as request

p := 0
q := 1
r = 2
s contains "x"
t contains x if some x in [1, 2]
u[x] := y if { some x, y in {"a": 1} }
v.w.x := 1
v.w.y contains 2
v.w[z] := z if some z in [3]
v["quoted key"].z := 1
v[input.x].z contains y if y := 2
w.f(x) := x + 1
w.f(x, y) := x + y if x > y
w["g"](x) := x
default d := {"a": [1, {2}], "b": [x | some x in [1]]}
default e.f.g := 1
default fn(_) := "nothing"
default fn2(a, b) = {a1 | a1 := 1}
aa if true
bb if { true }
cc := 1 if true
dd := x if { x := 1 } { y := 1; x := y }
ee := 1 if { false } else := 2 if { false } else := 3
ff if { false } else if { true } else := false
gg := {
	"a": 1,
} if {
	input.a
}
hh(x) := y if {
	y := x
} {
	y := x + 1
}
ii := [1
]
jj if input
kk["a"]["b"] := "c"
ll[1] := "one"
ll[true] := "bool"
ll[null] := 3 if false
mm contains [a, b] if {
	a := 1
	b := 2
}
nn := null
oo := true
pp := -1
qq := $"plain"
rr := $"one {1 + 2} two {input.x} {{"a": 1}["a"]} \{ end"
ss := $`raw {
	input.y
} text`
tt := $""
uu := $"{lower($`nested {1}`)}"
vv := $"{count([x | some x in [1]])}{"b"}"
ww.if := 1
ww.contains contains 2
xx.default := 3
yy.else.x if true
zz(x) if x else := true
