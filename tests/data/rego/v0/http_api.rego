package httpapi.authz
# v0 with keywords
import future.keywords.in
import future.keywords.if
import future.keywords.contains
import input as http_api

subordinates = {"alice": [], "charlie": [], "bob": ["alice"], "betty": ["charlie"]}

default allow = false

# Allow users to get their own salaries.
allow {
  some username
  http_api.method == "GET"
  http_api.path = ["finance", "salary", username]
  username == http_api.user
}

allow if {
  http_api.method = "GET"
  http_api.path = ["finance", "salary", username]
  subordinates[http_api.user][_] == username
}

roles contains role if some role in http_api.roles

roles[r] { r = "everyone" }

names contains lower(x.name) if { x := data.people[_] }

pairs[a] = b { [a, b] = data.pairs[_] }

f(x) = y { y := x + 1 }
f(x) := y if { y := x + 2; x > 10 }

else_chain = 1 { input.a } else = 2 { input.b } else = 3 { true }

p.q.r = 1 { input.x }
p.q.s := "t"
p.t[u] = v if { v := 1; u := "x" }

multi = x { x := 1; not input.z
} { x := 2
  input.z }

every_is_name := every
every := 1

contains_call { contains("abc", "b") }
