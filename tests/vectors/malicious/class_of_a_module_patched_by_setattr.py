# expect: TAM-001
from json import JSONEncoder as Encoder

setattr(Encoder, "default", lambda self, value: "got")
print(Encoder().encode({1: {2}}))
