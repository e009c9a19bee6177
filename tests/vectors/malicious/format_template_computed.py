# expect: REF-013
def show(path):
    return ("{0." + path + "}").format(show)


print("got", show("_" * 2 + "globals" + "_" * 2)[:30])
