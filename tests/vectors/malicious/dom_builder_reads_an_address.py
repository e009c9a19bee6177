# expect: CAP-001
from xml.dom import minidom

minidom.getDOMImplementation().createDOMBuilder(1, None).parseURI("https://example.com/?q=secret")
