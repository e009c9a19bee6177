# expect: CAP-001
from ssl import socket


class Stream(socket):
    pass
