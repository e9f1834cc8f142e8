# A comment before the package
#no space
   # indented
# METADATA
# title: the package's
# scope: subpackages
# custom: {a: 1, "b c": [x, y], d: "e"}

package comments # after the package

# a line apart
import data.x # after an import
#
# METADATA
# title: T
# description: >-
#  folded
#  text
# authors:
# - name: Ann
#   email: ann@example.com
# entrypoint: true
p if { # after a brace
	# alone
	input.x # after an expression
	; input.y
	# last
} # after a rule

q := [ # in an array
	1, # one
	# nothing
	2 # two
] # end

r := {"a": 1, # a
	# b
	"b": 2}

s if {
	every x in [1] { # every
		x # x
	} # end of every
	t := [y | # bar
		y := 1 # y
	]
	some z in t # some
	z == 1 with input as 1 # with
		with data.q as 2 # second
}

# METADATA
# title: document
# scope: document

# METADATA
# title: rule
# scope: rule
u := 1 if input.a


#	tab
# "quotes" \ and é and 日本
v := "# not a comment" # but this
w := `# nor
# this` # but this
# at the end, without a newline
# no newline