# expect: IMP-008
import xml.etree.ElementTree as ET

tree = ET
tree.not_a_member("x")
