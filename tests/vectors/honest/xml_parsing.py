# expect: none
import xml.etree.ElementTree as ET

root = ET.fromstring("<a><b/></a>")
print(root.find("b").tag)
