# expect: IMP-001
try:
    from test.support import os as place
except ImportError:
    place = None
print(place.system("true"))
