# expect: none
from dataclasses import dataclass


@dataclass
class Event:
    obj: str
    kind: str


class Holder:
    def __init__(self, obj):
        self.obj = obj

    def name(self):
        return self.obj.strip()


def subjects(events):
    return sorted(event.obj for event in events)
