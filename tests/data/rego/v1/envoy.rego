package envoy.authz

import input.attributes.request.http as http_request

default allow := false

# METADATA
# entrypoint: true
# title: Decision
# description: what envoy is told
decision := {
	"allowed": allow,
	"headers": headers,
	"body": body,
	"http_status": status,
	"request_headers_to_remove": ["x-one", "x-two"],
}

default headers := {}

headers["x-user"] := token.payload.sub

headers["x-roles"] := concat(",", sort(token.payload.roles)) if token.payload.roles

default status := 403

status := 200 if allow

status := 401 if {
	not token.valid
	not allow
}

default body := ""

body := json.marshal({"reasons": reasons}) if not allow

reasons contains "no token" if not http_request.headers.authorization

reasons contains reason if {
	some scope in required_scopes
	not scope in token.payload.scopes
	reason := $"scope {scope} is missing"
}

allow if {
	is_token_valid
	action_allowed
}

is_token_valid if {
	token.valid
	now := time.now_ns() / 1000000000
	token.payload.nbf <= now
	now < token.payload.exp
}

required_scopes := {"read"} if http_request.method == "GET"

required_scopes := {"write", "read"} if http_request.method in {"POST", "PUT", "PATCH"}

action_allowed if {
	http_request.method == "GET"
	glob.match("/people*", ["/"], http_request.path)
}

action_allowed if {
	http_request.method == "POST"
	token.payload.role == "admin"
	["people", id] = array.slice(split(trim(http_request.path, "/"), "/"), 0, 2)
	id != base64url.decode(token.payload.sub)
}

token := {"valid": valid, "payload": payload} if {
	[_, encoded] := split(http_request.headers.authorization, " ")
	[valid, _, payload] := io.jwt.decode_verify(encoded, {"secret": "secret", "alg": "HS256"})
}

networks := [
	"10.0.0.0/8",
	"192.168.0.0/16",
]

internal if net.cidr_contains(networks[_], input.attributes.source.address.socketAddress.address)

quota(user) := limit if {
	limit := data.quotas[user].limit
} else := data.quotas.default.limit

over_quota if to_number(http_request.headers["x-count"]) > quota(token.payload.sub)

walked := {path: value |
	some path, value
	walk(input.parsed_body, [path, value])
	not is_object(value)
	not is_array(value)
}
