# expect: DYN-002
from types import LambdaType

makers = [LambdaType]
