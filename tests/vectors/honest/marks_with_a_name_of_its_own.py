# expect: none
def option(name):
    def mark(function):
        if not hasattr(function, "__my_options__"):
            function.__my_options__ = []
        function.__my_options__.append(name)
        return function

    return mark
