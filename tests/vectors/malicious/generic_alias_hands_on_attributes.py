# expect: IMP-010
import json
import typing

alias = typing._GenericAlias(json.JSONEncoder, (int,))
alias.default = lambda self, value: "got"
print(json.dumps({1: {2}}))
