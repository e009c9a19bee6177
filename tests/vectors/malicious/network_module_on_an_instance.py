# expect: REF-006
import socket


class Client:
    net = socket

    def run(self, address):
        return self.net.create_connection(address)
