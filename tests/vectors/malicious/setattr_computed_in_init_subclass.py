# expect: REF-003
class A:
    def __init_subclass__(cls, name="x"):
        setattr(cls, name, {})
