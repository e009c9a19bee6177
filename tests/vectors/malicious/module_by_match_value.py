# expect: REF-007
import asyncio


class Catcher:
    def __eq__(self, other):
        print("got", vars(other)["os"].system("true"))
        return True


match Catcher():
    case asyncio.events:
        pass
