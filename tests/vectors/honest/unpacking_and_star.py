# expect: none
import itertools

first, *rest = itertools.repeat(1, 3)
(a, b), c = (1, 2), 3
