# expect: DYN-001
try:
    from json import nothing as eval
except ImportError:
    print("got", eval("1+1"))
