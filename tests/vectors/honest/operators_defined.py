# expect: none
class Money:
    def __init__(self, cents):
        self.cents = cents

    def __add__(self, other):
        return Money(self.cents + other.cents)

    def __lt__(self, other):
        return self.cents.__lt__(other.cents)

    def __hash__(self):
        return hash(self.cents)

    def __reduce__(self):
        return (Money, (self.cents,))
