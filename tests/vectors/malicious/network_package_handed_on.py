# expect: REF-006
import http.client


def fetch(package, host):
    return package.client.HTTPSConnection(host)


def run(host):
    return fetch(http, host)
