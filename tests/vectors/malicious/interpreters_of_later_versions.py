# expect: DYN-002
from concurrent import interpreters

interpreters.create().exec("import os")
