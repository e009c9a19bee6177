# expect: IMP-003
from xml.dom import domreg

domreg.well_known_implementations["x"] = "tests.payload"
domreg.getDOMImplementation("x")
