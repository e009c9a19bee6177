# expect: none
def width(text):
    try:
        from wcwidth import wcswidth
    except ImportError:
        return len(text)
    return wcswidth(text)
