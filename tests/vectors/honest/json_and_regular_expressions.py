# expect: none
import json
import re

PATTERN = re.compile(r"^(\w+)=(.*)$")


def parse(text: str) -> dict:
    return dict(PATTERN.findall(text)) or json.loads(text)
