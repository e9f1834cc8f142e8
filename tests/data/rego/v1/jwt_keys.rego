package keys["rotation-2026"]

jwks := `{
  "keys": [
    {"kty": "RSA", "kid": "one", "n": "AQAB", "e": "AQAB"}
  ]
}`

cached := http.send({
	"method": "get",
	"url": $"https://{input.host}/.well-known/jwks.json?kid={urlquery.encode(input.kid)}",
	"force_cache": true,
	"force_cache_duration_seconds": 3600,
	"headers": {"accept": "application/json"},
	"raise_error": false,
}).raw_body

keyset := jwks if not input.remote

else := cached

verified := {alg: ok |
	some alg, fn in {"RS256": io.jwt.verify_rs256(input.token, keyset), "HS256": io.jwt.verify_hs256(input.token, "k")}
	ok := fn
}

expiry[kid] := at if {
	some key in json.unmarshal(keyset).keys
	kid := key.kid
	at := object.get(data.expiries, kid, object.get(data, ["expiries", "default"], 0))
}

stale contains kid if {
	some kid, at in expiry
	at < time.add_date(time.now_ns(), 0, -3, 0)
}

id := uuid.rfc4122("seed")

ranges := [n | some n in numbers.range_step(0, 100, 10); n % 20 == 0; not n in {40, 60}]

matrix := [row | some x in ranges; row := [v | some y in ranges; v := x * y]]

lookup := {sprintf("%d/%d", [i, j]): v |
	some i, row in matrix
	some j, v in row
}

diagonal := {lookup[sprintf("%d/%d", [i, i])] | some i, _ in matrix}

total := sum([v | some v in lookup]) + product([1, 2]) - count(diagonal) * max({1, 2}) / min([1])

bit_set := bits.or(1, bits.lsh(1, 3))

crypto_ok if crypto.hmac.equal(crypto.hmac.sha256("a", "b"), input.mac)

semver_ok if {
	semver.is_valid(input.version)
	semver.compare(input.version, "1.0.0") >= 0
}

formatted := time.format([time.now_ns(), "Europe/Berlin", "2006-01-02"])

units_ok if units.parse_bytes(input.size) <= units.parse_bytes("10MiB")
