# METADATA
# title: Images
# description: |
#   Where container images may come from, and how
#   they have to be named.
# scope: package
# authors:
#   - Ann Example <ann@example.com>
#   - Bo
# organizations:
#   - Acme
# related_resources:
#   - https://example.com/images
#   - ref: https://example.com/digests
#     description: why digests
# custom:
#   severity: HIGH
#   ids: [AC-1, AC-2]
package admission.images

import data.lib.containers
import data.lib.exemptions as exempt

default allow := false

allow if count(violation) == 0

registries := {"registry.example.com", "mirror.example.com:5000", `docker\.io/library`}

# METADATA
# title: Unknown registry
# scope: rule
violation contains {"msg": msg, "details": {"image": container.image}} if {
	some container in containers.all(input.review.object)
	not exempt.is_exempt(container)
	not known_registry(container.image)
	msg := sprintf("container <%v> has image <%v> from an unknown registry, known are %v", [
		container.name,
		container.image,
		registries,
	])
}

violation contains {"msg": msg, "details": {}} if {
	some i
	container := input.review.object.spec.containers[i]
	tag := tag_of(container.image)
	tag in {"latest", ""}
	msg := concat(" ", ["container", container.name, "needs a tag other than", tag])
}

violation contains {"msg": msg} if {
	some name, image in images_by_name
	not contains(image, "@sha256:")
	input.parameters.digests == true
	msg := $"image {image} of {name} has no digest"
}

images_by_name[container.name] := container.image if {
	some container in input.review.object.spec.containers
}

images_by_name[container.name] := container.image if some container in input.review.object.spec.initContainers

known_registry(image) if {
	some registry in registries
	startswith(image, registry)
} else if {
	some pattern in input.parameters.patterns
	regex.match(pattern, image)
} else := false

tag_of(image) := tag if {
	parts := split(image, ":")
	count(parts) > 1
	tag := parts[count(parts) - 1]
	not contains(tag, "/")
} else := ""

# the reviewed kinds
kinds := ["Pod", "Deployment", "StatefulSet"] # in this order

is_kind(kind) if kind == kinds[_]

workloads := {kind: fields |
	some kind in kinds
	fields := [f | some f in object.keys(input.review.object.spec); f != "template"]
}

names := {lower(c.name) | some c in input.review.object.spec.containers}
