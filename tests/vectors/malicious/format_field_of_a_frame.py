# expect: REF-004
def numbers():
    yield 1


print("got", "{0.gi_frame.f_builtins}".format(numbers())[:20])
