# expect: none
import socket
import struct


def number(address):
    try:
        return struct.unpack("!L", socket.inet_aton(address))[0]
    except OSError:
        return None


def text(value):
    return socket.inet_ntoa(struct.pack("!L", value))
