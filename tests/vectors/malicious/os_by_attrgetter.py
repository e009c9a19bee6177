# expect: REF-006
import logging
import operator

operator.attrgetter("os.system")(logging)("id")
