# expect: none
import sys
import traceback


def attempt(work):
    try:
        return work()
    except Exception as error:
        print("".join(traceback.format_exception(type(error), error, error.__traceback__)), sys.exc_info()[1])
        return traceback.format_exc()
