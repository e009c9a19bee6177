# expect: REF-006
import os

tools = {"o": os}
tools["o"].system("id")
