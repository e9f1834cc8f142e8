# METADATA
# title: Every key
# description: |
#   Several lines,
#     one of them indented.
#
#   - and "quotes"
# scope: package
# authors:
#   - Ann Example <ann@example.com>
#   - name: Bo
#     email: bo@example.com
#   - <only@example.com>
#   - Only A Name
# organizations: [Acme, "Big & Co"]
# related_resources:
#   - https://example.com/a?b=c&d=e#f
#   - ref: http://example.com
#     description: plain
# schemas:
#   - input: schema.in
#   - data.acl["by name"]: schema["acl-list"]
#   - input.request: {type: object, properties: {a: {type: string}}}
# custom:
#   text: "tab\t and \u00e9"
#   single: 'it''s'
#   folded: >
#     one
#     two
#
#     three
#   number: 1
#   float: 1.50
#   exp: 1e3
#   hex: 0x1f
#   octal: 0o17
#   date: 2026-01-02
#   yes: yes
#   "no": no
#   null_value: null
#   tilde: ~
#   empty:
#   list:
#   - a
#   - - b
#     - c
#   - {x: 1, y: [2, 3]}
#   map: {a: 1, b: {c: d}}
#   anchor: &one [1, 2]
#   alias: *one
package annotations

# METADATA
# title: An import may not have any
# scope: rule
p := 1

# METADATA
# scope: document
# title: The document
# entrypoint: true
q contains x if some x in [1]

# METADATA
# title: the second rule of q
# custom:
#   k: v
q contains 2

# METADATA
# description: an else belongs to its rule
r if {
	input.x
} else := 2 if {
	input.y
}

# METADATA
# title: function
# labels:
#   severity: high
#   count: 3
f(x) := x + 1

# METADATA
# title: f as document
# scope: document

# METADATA
# title: f as rule
# scope: rule
f(x) := x - 1 if x > 3

# METADATA
# compile:
#   unknowns: [input.x, data.y]
#   mask_rule: data.annotations.mask
s := true

# METADATA
# title: a default
default t := false

# METADATA
# title: several bodies
u if {
	input.a
} {
	input.b
}

# not METADATA
# title: nothing
v := 1

#METADATA
#title: without a space
w := 1

# METADATA
# title: "subpackages is for packages"
# scope: rule
x.y[z] := 1 if some z in [1]

y := 2
