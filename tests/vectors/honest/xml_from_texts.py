# expect: none
import io
import xml.sax
from xml.dom import minidom, pulldom
from xml.etree import ElementTree
from xml.sax.saxutils import XMLGenerator, escape

document = minidom.getDOMImplementation().createDocument(None, "a", None)
minidom.parseString(document.toxml())
xml.sax.parseString("<a/>", xml.sax.ContentHandler())
xml.sax.parse("rows.xml", xml.sax.ContentHandler())
print(list(pulldom.parseString("<a/>")), escape("<"), XMLGenerator(io.StringIO()), ElementTree.canonicalize("<a/>"))
