# expect: CAP-001
import socket


def run(address):
    return globals()["socket"].create_connection(address)
