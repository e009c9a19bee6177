# expect: REF-001
def take(value):
    match value:
        case object(__globals__=names):
            return names
