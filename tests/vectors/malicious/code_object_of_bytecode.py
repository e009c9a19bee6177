# expect: REF-009
import dis
import types


def sample(value):
    return value.nothing


code = dis.Bytecode(sample).codeobj
print("got", types.FunctionType(code.replace(co_names=("upper",)), {})("x")())
