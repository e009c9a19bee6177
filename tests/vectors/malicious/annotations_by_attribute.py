# expect: REF-010
class A:
    pass


A.__annotations__ = {}
