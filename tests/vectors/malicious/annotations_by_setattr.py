# expect: REF-010
class A:
    pass


setattr(A, "__annotations__", {})
