# expect: none
class Units:
    KM = 1000
    MILE = 1609


NAMES = {name: value for name, value in Units.__dict__.items() if name.isupper()}
