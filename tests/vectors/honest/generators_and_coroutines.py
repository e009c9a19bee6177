# expect: none
def count():
    total = yield
    while total:
        total = yield from [total]


counter = count()
counter.send(None)
counter.close()
