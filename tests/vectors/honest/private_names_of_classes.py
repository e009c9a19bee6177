# expect: none
__limit = 10


class Counter:
    __start = 0

    def __init__(self):
        self.__count = Counter.__start

    def __step(self):
        self.__count += 1
        return self.__count

    def step(self):
        return self.__step()


def limit():
    return __limit
