# expect: none
def take(state, names, args, options):
    if isinstance(state, dict):
        state = [state[name] for name in names]
    for key, value in options.items():
        if key == "default":
            args = (args[0], value)
    return state, args
