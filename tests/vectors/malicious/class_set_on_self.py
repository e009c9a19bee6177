# expect: REF-001
class A:
    def change(self, other):
        object.__setattr__(self, "__class__", other)
