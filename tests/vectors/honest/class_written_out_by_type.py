# expect: none
A = type("A", (), {"x": 1})
