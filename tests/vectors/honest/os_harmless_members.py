# expect: none
import os

line = os.linesep.join([os.sep, os.getcwd(), str(os.cpu_count()), os.fspath("x")])
