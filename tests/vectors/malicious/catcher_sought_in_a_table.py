# expect: REF-006
import logging


class Catcher:
    def __eq__(self, other):
        print("got", vars(other)["os"])
        return True


Catcher() in [logging]
