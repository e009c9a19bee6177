# expect: none
from functools import cached_property


class Table:
    @cached_property
    def rows(self):
        return [1]

    @property
    def first(self):
        return self.rows[0]

    @staticmethod
    def open(name):
        return name

    @classmethod
    def load(cls, name):
        return cls.open(name)
