# expect: none
def compile(lines):
    return "\n".join(lines)


def build(lines):
    return compile(lines)
