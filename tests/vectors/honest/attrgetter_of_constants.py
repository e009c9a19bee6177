# expect: none
from operator import attrgetter, itemgetter, methodcaller

by_name = attrgetter("name", "address.city")
first = itemgetter(0)
upper = methodcaller("upper")
