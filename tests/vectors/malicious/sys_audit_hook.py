# expect: TAM-002
import sys

sys.addaudithook(print)
