# expect: none
import json
import ssl
from http.client import HTTPSConnection
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, urlopen

BASE = "https://api.example.com/v1"
HOST, PORT = "api.example.com", 443


class NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_rest):
        return None


def fetch(name, **words):
    url = BASE + "/items/" + name + "?" + urlencode(words)
    request = Request(url, headers={"Accept": "application/json"})
    try:
        with urlopen(request, timeout=5, context=ssl.create_default_context()) as answer:
            return json.load(answer)
    except URLError:
        return None


def other(name):
    connection = HTTPSConnection(HOST, PORT, timeout=5)
    connection.request("GET", f"/v1/{name}")
    urlopen("https://API.example.com:443/v1/{}".format(name))
    return urlopen("https://api.example.com/v1/%s" % name).read(), connection.getresponse()
--- manifest.yaml
name: probe_skill
version: "1.0.0"
description: A probe.
author: A. Tester
tier: network
permissions:
  network: [{host: api.example.com, ports: [443]}]
