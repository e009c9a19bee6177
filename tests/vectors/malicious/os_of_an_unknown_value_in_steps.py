# expect: REF-007
def run(value):
    o = value._os
    return o.popen("id")
