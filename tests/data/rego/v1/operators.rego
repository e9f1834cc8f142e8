package syntax.operators

sum := 1 + 2 - 3 * 4 / 5 % 6

grouped := ((1 + 2) * (3 - (4 / 5))) % 6

sets := ({1, 2} | {3}) & {2, 3} - {4}

comparisons := [1 < 2, 1 <= 2, 1 > 2, 1 >= 2, 1 == 2, 1 != 2]

mixed if 1 + 2 * 3 == 7
mixed if 10 - 2 - 3 == 5
mixed if {
	x := 3
	y = x + 1
	x < y
	x + y > 1; y - x != 0
	z := x | y
	{1} & {2} == set()
	-x == 3 - 6
	x - 1 == -1 + x
	x -1 > 0
	[a, b, _] := [1, 2, 3]
	{"k": v, "l": [w]} = {"k": 1, "l": [2]}
	a + b == v + w
}

membership := [
	1 in [1, 2],
	("a", 1 in {"a": 1}),
	x in {1} | {2},
	1 + 1 in [2],
	not_this == [x | x := 1 in [1]],
]

x := 1
not_this := []

call_refs := split("a.b", ".")[0]
call_chain := json.unmarshal("{\"a\": [1]}").a[0]
comprehension_ref := [1, 2, 3][i] if some i
set_ref := {1, 2}[1]
object_ref := {"a": {"b": 2}}.a["b"]
string_ref := input["with space"].x["y z"][0][_].q

dots := data.a.b["c"].d[input.x[input.y[z]]].e if z := 1

unify if [1, x2] = [y2, 2]
unify if { {"a": q} = {"a": 1}; q > 0 }

multi := [
	1,
	2, # two
	# three comes
	3,
] 

long_call := object.union_n([
	{"a": 1},
	{
		"b": 2,
		"c": {
			"d": [
				4,
			],
		},
	},
])

long_condition if {
	input.a ==
		input.b
	input.c
		+ input.d > 3
	input.e in
		{1, 2}
	input.f
		== 3
}

negations if {
	not input.a
	not input.a.b[0]
	not input.a == 1
	not f(1)
	not f(input.x) == 2
	not 1 in [2]
	not {1, 2}[3]
	not false
	not null
	not "x"
}

f(a) := a
f(a, b) = a + b
f([a, {"b": c}], {1, 2}, "x", 1, null, true, _) := a + c if a > c
g() := 1
h("fact")
h(1) := true
h(a) := b if { b := a; h(b) }

with_values if {
	input.x == 1 with input.x as 1
	f(1) == 3 with f as g2
	data.a.b with data.a.b as {"c": [1, 2]} with input as input.z
	not input.b with input.b as false
	some v in input.list with input.list as [1, 2]
	count(input.y) == 2 with count as 3
	every v in input.list { v > 0 } with input.list as [1]
}

g2(_) := 3

everything if every k, v in input.map {
	is_string(k)
	v == upper(k)
	every inner in v {
		inner
	}
}

somes if {
	some a
	some b, c
	some d, e in {"x": 1}
	some [f1, {"g": g1}] in input.pairs
	some i, [j, _] in input.rows
	a == b + c; d == e; f1 == g1; i == j
}
