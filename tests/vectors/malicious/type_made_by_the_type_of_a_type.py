# expect: REF-011
Made = type(int)("Made", (), {"_" * 2 + "call" + "_" * 2: lambda self: 1})
print("got", Made()())
