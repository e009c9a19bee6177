# expect: REF-007
import enum


class Kind(enum.Enum):
    ONE = 1


found = Kind._convert_("Found", "os", lambda name: name == "system")
print("got", list(found)[0].value("true"))
