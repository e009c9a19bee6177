# expect: CAP-001
import socket

socket.create_connection(("example.com", 80))
