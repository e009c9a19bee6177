# expect: CAP-001
from xml.dom import xmlbuilder

try:
    xmlbuilder.DOMBuilder().parseURI("http://127.0.0.1:9/x")
except OSError as error:
    print("got", error)
