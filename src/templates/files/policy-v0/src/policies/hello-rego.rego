# The decisions of one resource: may the caller see it, use it, change it?
package policies.hello

default allowed = false

default visible = false

default enabled = false

allowed {
	input.role == "web-admin"
}

visible {
	{"web-admin", "editor", "viewer"}[input.role]
}

enabled {
	allowed
}

enabled {
	input.role == "editor"
}
