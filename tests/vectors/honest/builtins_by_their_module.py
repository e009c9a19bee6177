# expect: none
import builtins


class Table:
    def list(self) -> "builtins.list[str]":
        return builtins.list(builtins.sorted(self.rows()))

    def rows(self):
        return builtins.range(3)
