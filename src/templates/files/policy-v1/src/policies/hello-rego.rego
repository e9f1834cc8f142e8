# The decisions of one resource: may the caller see it, use it, change it?
package policies.hello

default allowed := false

default visible := false

default enabled := false

allowed if input.role == "web-admin"

visible if input.role in {"web-admin", "editor", "viewer"}

enabled if allowed

enabled if input.role == "editor"
