# expect: REF-006
import os

total = []
total += (os,)
print("got", total[0].system("true"))
