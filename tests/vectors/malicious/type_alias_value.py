# expect: REF-006
import os
import typing

T = typing.TypeVar("T", bound=typing.Annotated[int, os])
print("got", T.__bound__.__metadata__[0].system("true"))
