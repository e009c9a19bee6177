# expect: REF-007
def run(value):
    return getattr(value, "os").system("id")
