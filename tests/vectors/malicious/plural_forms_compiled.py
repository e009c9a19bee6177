# expect: DYN-002
from gettext import c2py

c2py("n != 1")
