# expect: TAM-002
import atexit

atexit.register(print)
