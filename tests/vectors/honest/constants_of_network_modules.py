# expect: none
from http.client import HTTPException, responses
from socket import AF_INET6, gaierror, inet_pton
from ssl import SSLError
from urllib.request import pathname2url


def name_of(code):
    try:
        return responses[code], inet_pton(AF_INET6, "::1"), pathname2url("a b")
    except (HTTPException, gaierror, SSLError):
        return None
