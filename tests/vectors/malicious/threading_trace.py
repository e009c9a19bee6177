# expect: TAM-002
import threading

threading.settrace(print)
