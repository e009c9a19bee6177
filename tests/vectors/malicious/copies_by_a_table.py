# expect: DYN-003
from copy import dispatch_table

dispatch_table[dict] = print
