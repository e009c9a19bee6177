# expect: CAP-001
from xml.sax import make_parser

make_parser().parse("https://example.com/?q=secret")
