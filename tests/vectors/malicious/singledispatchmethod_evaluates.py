# expect: DYN-004
import functools

CODE = "print('got') or int"


class Tool:
    @functools.singledispatchmethod
    def run(self, value):
        return value

    @run.register
    def _(self, value: CODE):
        return value
