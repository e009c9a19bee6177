# expect: none
import time


def blink(bits):
    for bit in bits:
        time.sleep(0.01 if bit == "1" else 0.02)
