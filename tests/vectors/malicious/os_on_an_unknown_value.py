# expect: REF-007
def run(value):
    return value.os.system("id")
