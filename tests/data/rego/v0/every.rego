package sample.every

import future.keywords.every

all_ready {
	every pod in input.pods {
		pod.status == "ready"
		every _, c in pod.containers {
			c.ready
		}
	}
}

count_ready = n {
	n := count([1 | p := input.pods[_]; p.status == "ready"])
}

has(x) {
	x in input.xs
}

has(x) { "k", x in input.object }

in_set = {x | some x in input.xs; x > 3}
