# expect: IMP-003
import xml.sax

xml.sax.make_parser(["tests.payload"])
