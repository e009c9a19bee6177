# expect: REF-009
from dis import Bytecode


def rows():
    return 1


code = Bytecode(rows).codeobj
