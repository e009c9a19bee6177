# expect: DYN-002
import doctest

doctest.testmod()
