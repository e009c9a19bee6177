# expect: TAM-002
import sys

sys.settrace(print)
