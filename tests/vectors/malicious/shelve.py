# expect: DYN-003
import shelve

shelve.open("x")
