# expect: DYN-004
import inspect

CODE = "print('got')"


def run(value: CODE):
    return value


inspect.Signature.from_callable(run, eval_str=True)
