# expect: REF-006
import os


class Tool:
    def __init__(self):
        self.m = os

    def run(self):
        self.m.system("id")
