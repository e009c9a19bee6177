# expect: CAP-001
import xml.sax

try:
    xml.sax.parse("http://127.0.0.1:9/x", xml.sax.ContentHandler())
except OSError as error:
    print("got", error)
