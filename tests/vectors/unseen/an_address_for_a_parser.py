# expect: none
import xml.sax


def titles(source):
    parser = xml.sax.make_parser()
    parser.setContentHandler(xml.sax.ContentHandler())
    parser.parse(source)
