# expect: REF-007
def run(value):
    return getattr(getattr(value, "os"), "system")("id")


print("got")
