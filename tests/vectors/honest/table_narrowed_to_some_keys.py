# expect: none
def chosen(counts, names):
    table = dict(counts)
    table = {name: table[name] for name in names}
    return table


class Checker:
    checkers = {"date": len, "time": len}

    def __init__(self, formats):
        self.checkers = {key: self.checkers[key] for key in formats}
