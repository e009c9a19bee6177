# expect: DYN-001
def outer():
    def run():
        return eval("1+1")

    return run()


print("got", outer())
eval = None
