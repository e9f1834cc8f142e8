package lib.containers

import rego.v1

all(object) := array.concat(main(object), init(object))

main(object) := object.spec.containers if object.kind == "Pod"

else := object.spec.template.spec.containers if {
	object.kind in {"Deployment", "DaemonSet", "StatefulSet", "Job"}
}

else := object.spec.jobTemplate.spec.template.spec.containers if {
	object.kind == "CronJob"
}

else := []

init(object) := containers if {
	containers := object.spec.initContainers
	is_array(containers)
}

else := [] if true

memory_multiple("E") := 1000000000000000000000

memory_multiple("P") := 1e18

memory_multiple("T") := 1.0E+15

memory_multiple("G") := 1000000000000

memory_multiple("Mi") := 1048576000

memory_multiple("m") := 1

memory_multiple("") := 1000

suffix(text) := text if not is_string(text)

suffix(text) := substring(text, count(text) - 1, -1) if {
	count(text) > 0
	memory_multiple(substring(text, count(text) - 1, -1))
}

suffix(text) := substring(text, count(text) - 2, -1) if {
	count(text) > 1
	memory_multiple(substring(text, count(text) - 2, -1))
}

canonify(original) := new if {
	is_number(original)
	new := original * 1000
}

canonify(original) := new if {
	not is_number(original)
	s := suffix(original)
	raw := replace(original, s, "")
	regex.match(`^[0-9]+(\.[0-9]+)?$`, raw)
	new := to_number(raw) * memory_multiple(s)
}

limits_ok if {
	every container in all(input.review.object) {
		limit := canonify(container.resources.limits.memory)
		limit <= canonify(input.parameters.memory)
	}
}

ports contains port if {
	port := all(input.review.object)[_].ports[_].hostPort
	port != 0
	port >= input.parameters.min; port <= input.parameters.max
}

privileged[name] := container if {
	container := all(input.review.object)[i]
	container.securityContext.privileged
	name := sprintf("%d-%s", [i, container.name])
}

ratio(container) := round(((canonify(container.resources.limits.cpu) / canonify(container.resources.requests.cpu)) * 100) % 7) / 100
