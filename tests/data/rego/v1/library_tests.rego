package lib.containers_test

import data.lib.containers

pod(cs) := {"kind": "Pod", "spec": {"containers": cs}}

deployment(cs) := object.union(pod(cs), {
	"kind": "Deployment",
	"spec": {"template": {"spec": {"containers": cs}}},
})

test_pod if {
	cs := [{"name": "a"}, {"name": "b"}]
	containers.all(pod(cs)) == cs
}

test_deployment if {
	cs := [{"name": "a"}]
	containers.all(deployment(cs)) == cs
}

test_memory[note] := true if {
	some note, case in {
		"plain": {"given": "1", "want": 1000},
		"mebi": {"given": "1Mi", "want": 1048576000},
		"milli": {"given": "5m", "want": 5},
	}
	containers.canonify(case.given) == case.want
}

test_limits if {
	containers.limits_ok with input as {
		"review": {"object": pod([{"name": "a", "resources": {"limits": {"memory": "1Mi"}}}])},
		"parameters": {"memory": "2Mi"},
	}
}

test_no_limits if {
	not containers.limits_ok with input.review.object as pod([{}]) with input.parameters as {"memory": 1}
}

todo_test_ports if {
	print("ports", containers.ports)
	trace(sprintf("%v", [containers.ports]))
	false
}

cases := {"a": {"x": 1}, "b": {"x": 2}}

test_each if {
	every note, c in cases {
		c.x in {1, 2}
		note != ""
	}
}
