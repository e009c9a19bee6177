# expect: REF-003
class A:
    @classmethod
    def fill(cls, name):
        setattr(cls, name, {})
