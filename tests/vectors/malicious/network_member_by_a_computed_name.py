# expect: REF-003
import socket


def run(name, address):
    return getattr(socket, name)(address)
