# expect: none
import collections
import json
import threading


class Encoder(json.JSONEncoder):
    def default(self, o):
        return super().default(o)


class Bag(collections.UserDict):
    pass


class Worker(threading.Thread):
    def run(self):
        return self.name
