# expect: none
def message(kind):
    text = ""
    if kind == 0:
        text = "message 0"
    elif kind == 1:
        text = "message 1"
    return text


def long():
    out = "a"
    out = "b"
    out = out.strip()
    out = out.replace("a", "b")
    return out
