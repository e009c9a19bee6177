# expect: REF-001
import logging

try:
    logging.nothing
except AttributeError as error:
    error.obj.os.system("id")
