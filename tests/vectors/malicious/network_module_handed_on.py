# expect: REF-006
import socket


def connect(module, address):
    return module.create_connection(address)


def run(address):
    return connect(socket, address)
