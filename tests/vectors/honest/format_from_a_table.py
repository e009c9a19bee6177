# expect: none
MESSAGES = {"hello": "Hello {name}"}


def greet(key, name):
    return MESSAGES[key].format(name=name)
