# expect: REF-002
def values():
    yield 1


values().gi_frame.f_globals
