# METADATA
# title: "S3 buckets are encrypted"
# description: "A bucket without encryption leaks"
# scope: package
# schemas:
#   - input: schema["cloud"]
# related_resources:
#   - https://docs.aws.amazon.com/s3/encryption
# custom:
#   id: AVD-AWS-0088
#   avd_id: AVD-AWS-0088
#   provider: aws
#   service: s3
#   severity: HIGH
#   short_code: enable-bucket-encryption
#   recommended_action: Configure bucket encryption
#   input:
#     selector:
#       - type: cloud
#         subtypes:
#           - service: s3
#             provider: aws
package builtin.aws.s3.aws0088

import rego.v1

import data.lib.cloud.metadata
import data.lib.cloud.value

deny contains res if {
	some bucket in input.aws.s3.buckets
	bucket_encryption_missing(bucket)
	res := result.new(
		"Bucket does not have encryption enabled",
		metadata.obj_by_path(bucket, ["encryption", "enabled"]),
	)
}

bucket_encryption_missing(bucket) if value.is_false(bucket.encryption.enabled)
bucket_encryption_missing(bucket) if not bucket.encryption.enabled

deny contains res if {
	some bucket in input.aws.s3.buckets
	some block in ["blockpublicacls", "blockpublicpolicy", "ignorepublicacls", "restrictpublicbuckets"]
	not bucket.publicaccessblock[block].value
	res := result.new(sprintf("Public access block does not set %s", [block]), bucket)
}

deny contains res if {
	some rule in input.aws.ec2.securitygroups[_].ingressrules
	some cidr in rule.cidrs
	cidr.value in {"0.0.0.0/0", "::/0"}
	port_open(rule.fromport.value, rule.toport.value, [22, 3389])
	res := result.new("Open to the world", cidr)
}

port_open(from, to, ports) if {
	some port in ports
	from <= port
	port <= to
}

port_open(-1, -1, _)

port_open(0, 0, [_, _])

versioned := [b.name.value | some b in input.aws.s3.buckets; b.versioning.enabled.value == true]

logging_targets := {b.name.value: target |
	some b in input.aws.s3.buckets
	target := b.logging.targetbucket.value
	target != ""
}

acl_kinds := {
	"public": {"public-read", "public-read-write", "website"},
	"private": {"private", "bucket-owner-full-control"},
	"empty": set(),
}

acl_kind(acl) := kind if {some kind, acls in acl_kinds; acl in acls}

statement_matches(statement, wanted) if {
	statement.Effect == "Allow"
	any_action(statement.Action, wanted.actions)
	not statement.Condition
} else if {
	statement.NotAction
	not any_action(statement.NotAction, wanted.actions)
}

any_action(actions, wanted) if {
	is_array(actions)
	; some a in actions
	; a in wanted
}

any_action(action, wanted) if {
	is_string(action)
	glob.match(wanted[_], ["."], action)
}
