# expect: CAP-001
from xml.dom.xmlbuilder import DOMBuilder as Rows

Rows().parseURI("https://example.com/?q=secret")
