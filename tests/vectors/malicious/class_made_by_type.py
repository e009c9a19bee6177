# expect: REF-011
A = type("A", (), {"x": 1})
