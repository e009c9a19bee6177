# expect: CAP-001
import tables


def run(address):
    return tables.socket.create_connection(address)
--- tables.py
import socket

WIDTH = len(socket.inet_aton("0.0.0.0"))
