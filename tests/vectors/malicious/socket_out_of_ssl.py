# expect: CAP-001
import ssl


def run(address):
    plain = ssl.socket()
    plain.connect(address)
