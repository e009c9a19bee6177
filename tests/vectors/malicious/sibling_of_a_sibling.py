# expect: IMP-001
from .first import tools

tools.popen("id")
--- first.py
from .second import tools
--- second.py
import os

tools = os
