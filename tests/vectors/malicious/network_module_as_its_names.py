# expect: REF-005
import socket


def run(key, address):
    return dict(vars(socket))[key](address)
