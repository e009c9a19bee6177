# expect: none
def collect(functions):
    problems = []
    for each in functions:
        try:
            each()
        except AttributeError as error:
            problems.append(error)
            name = error.name
        except ImportError as error:
            name = error.name
        else:
            name = ""
        print(name)
    if problems:
        raise ExceptionGroup("some failed", problems)


def names(functions):
    try:
        collect(functions)
    except* AttributeError as group:
        return [str(each) for each in group.exceptions]
    return []
