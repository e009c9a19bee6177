# expect: REF-010
from dataclasses import dataclass


class A:
    __annotations__ = {"x=print(1)": int}


dataclass(A)
