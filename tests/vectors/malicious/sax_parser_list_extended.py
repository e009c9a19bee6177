# expect: IMP-003
from xml import sax

sax.default_parser_list.insert(0, "tests.payload")
sax.parseString("<a/>", sax.ContentHandler())
