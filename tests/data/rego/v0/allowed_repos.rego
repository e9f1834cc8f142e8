package k8sallowedrepos

import data.lib.exempt_container.is_exempt

violation[{"msg": msg}] {
  container := input.review.object.spec.containers[_]
  not is_exempt(container)
  not strings.any_prefix_match(container.image, input.parameters.repos)
  msg := sprintf("container <%v> has an invalid image repo <%v>, allowed repos are %v", [container.name, container.image, input.parameters.repos])
}

violation[{"msg": msg}] {
  container := input.review.object.spec.initContainers[_]
  not strings.any_prefix_match(container.image, input.parameters.repos)
  msg := sprintf("initContainer <%v> has an invalid image repo <%v>, allowed repos are %v", [container.name, container.image, input.parameters.repos])
}

is_privileged(c) {
  c.securityContext.privileged
} else {
  c.securityContext.capabilities.add[_] == "SYS_ADMIN"
} else = false

input_containers[c] {
    c := input.review.object.spec.containers[_]
}

input_containers[c] {
    c := input.review.object.spec.ephemeralContainers[_]
}

volume_types[type] = volumes {
  type := {t | t := object.keys(input.review.object.spec.volumes[_])[_]; t != "name"}[_]
  volumes := [v.name | v := input.review.object.spec.volumes[_]; has_field(v, type)]
}

has_field(object, field) = true {
  object[field]
}

has_field(object, field) = true { object[field] == false }

has_field(object, field, dflt) = dflt { not has_field(object, field) }

default allow = false
default limits = {"cpu": 1, "memory": [1, 2, {"a"}]}

allow { count(violation) == 0 }

allow = true { input.user == "admin" } { input.user == "root" }

missing(obj, field) = true { not obj[field] }
missing(obj, field) = true { obj[field] == "" }
