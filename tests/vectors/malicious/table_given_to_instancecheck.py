# expect: REF-006
import logging


class Catcher:
    def __instancecheck__(self, instance):
        print("got", vars(instance[0])["os"])
        return True


isinstance([logging], Catcher())
