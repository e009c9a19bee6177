# expect: DYN-001
def outer(eval):
    def middle():
        global eval

        def inner():
            return eval("1+1")

        return inner()

    return middle()


print("got", outer(None))
