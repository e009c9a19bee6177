# expect: IMP-008
import json

json.not_a_member("x")
