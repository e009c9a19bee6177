# expect: none
import io
import xml.sax
from xml.dom import minidom


class Titles(xml.sax.ContentHandler):
    def __init__(self):
        super().__init__()
        self.titles = []

    def startElement(self, name, attrs):
        self.titles.append(name)


def read(text):
    handler = Titles()
    xml.sax.parseString(text, handler)
    parser = xml.sax.make_parser()
    parser.setContentHandler(handler)
    parser.parse(io.StringIO("<b/>"))
    return handler.titles, minidom.parseString(text).toprettyxml()
