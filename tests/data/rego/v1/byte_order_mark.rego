package bom

p := 1

q if p == 1
