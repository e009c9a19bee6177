# expect: none
from urllib.request import parse_http_list


def items(value):
    return [item.strip('"') for item in parse_http_list(value)]
