# expect: REF-001
print.__self__.eval("1+1")
