# expect: REF-011
Made = type.__new__(type, "Made", (), {"x": 1})
print("got", Made)
