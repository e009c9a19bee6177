# expect: none
def load(text):
    try:
        return int(text)
    except ValueError as error:
        raise RuntimeError(error.args, error.__cause__) from error
