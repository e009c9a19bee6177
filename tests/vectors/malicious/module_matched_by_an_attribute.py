# expect: REF-006
import logging

match logging:
    case object(os=found):
        print("got", found.system("true"))
