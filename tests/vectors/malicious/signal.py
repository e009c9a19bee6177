# expect: TAM-002
import signal

signal.signal(signal.SIGTERM, print)
