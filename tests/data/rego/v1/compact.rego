package compact
import data.a import data.b as c
p:=1 q:=2 r contains 3 if true
s if {input.x;input.y;not input.z}t if{1<2}u(x):=x+1 if x>0
v:=[1,2,{"a":[{"b":{1,2}}]}]w:={x|some x in v}x:={k:y|some k,y in v}
y if{some i;input.a[i]==input.b[i]}
z:=1 if{false}else:=2 if{false}else:=3
aa:=f(g(h(1)))bb:=input.a[input.b[input.c]][_].d
f(x):=x g(x):=x h(x):=x
cc:=(1+2)*3-4/2 dd:=-1 ee:=1-1 ff:=1 -1
gg if every x in [1]{x==1}hh if not input.a==1 ii:="a"in{"a"}
jj:=[x|x:=[1,2][_];x>1]kk:={1,2}|{3}&{4}
ll:=$"a{1}b{"c"}"mm:=`x`nn:=""
