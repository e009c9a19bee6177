# expect: CAP-001
from socket import socket as Channel

Channel()
