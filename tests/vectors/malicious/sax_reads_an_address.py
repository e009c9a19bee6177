# expect: CAP-001
import xml.sax

xml.sax.parse("https://example.com/?q=" + "secret", xml.sax.ContentHandler())
