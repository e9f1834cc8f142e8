# a first comment

# METADATA
# scope: subpackages
# title: for all below
# organizations:
# - Acme

# METADATA
# scope: package
# title: for this alone
package annotations.sub

import data.annotations

# METADATA
# title: a title
# description: >-
#   folded text
#   goes on
# custom: {severity: "LOW", tags: [a, b], nested: {deep: {deeper: [1, 2.5, true, null]}}}
deny contains msg if {
	# METADATA
	# not here
	msg := "x"
}
