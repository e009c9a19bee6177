# expect: none
def build(lines):
    return compile(lines)


def compile(lines):
    return "\n".join(lines)
