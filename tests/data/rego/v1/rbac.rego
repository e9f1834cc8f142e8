package app.rbac

import input.user
import input.action as what
import data.roles
import future.keywords.every

# Logic that implements RBAC.
default allow = false

allow = true if {
	some role in data.users[user].roles
	some grant in roles[role].grants
	grant == {"action": what, "object": input.object}
}

user_is_admin if "admin" in data.users[user].roles

user_is_granted contains grant if {
	# `role` assigned an element of the user_roles for this user...
	role := data.users[user].roles[_]

	# ...and `grant` a single grant from the grants list for 'role'
	grant := data.roles[role].grants[_]
}

time_of_day := "night" if {
	hour < 6
} else := "morning" if hour < 12

else := "afternoon" if {
	hour >= 12
	hour < 18
} else := "evening"

hour := time.clock(time.now_ns())[0]

weekdays := ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]

is_weekday if weekdays[_] = time.weekday(time.now_ns())

claims := payload if {
	[_, payload, _] := io.jwt.decode(bearer_token)
	payload.exp >= time.now_ns() / 1000000000
}

bearer_token := t if {
	v := input.attributes.request.http.headers.authorization
	startswith(v, "Bearer ")
	t := substring(v, count("Bearer "), -1)
}


path := p if {
	[_, p] = split(input.url, "://")
}

graph[entity] := edges if {
	some entity
	data.entities[entity]
	edges := {neighbor | data.entities[neighbor].parent == entity}
}

reachable := graph.reachable(graph, {user})


xs contains x if some x in numbers.range(1, 10)
ys contains x if { some x in [1, 2, 3] }

nested := [[1, 2, [3, {"a": {"b": {1, 2, {3}}}}]], {"k": [x | some x in [1]]}, {}, [], set()]

strings := ["", "é", "\u00e9\n\t\"\\\/", `raw "text"
over two lines \n`, "日本語", "\ud83d\ude00"]

numbers := [0, -0, 1, -1, 0.5, 1.5, -0.25, 1e3, 1E-3, 1.5e+10, 123456789012345678901234567890]

keyword_parts := [input.if, input.every.some.in, data.package.default, input["as"].with]

input_in(x, y) := x in y
member if "k", "v" in {"k": "v"}
member2 := ("k", "v" in {"k": "v"})
