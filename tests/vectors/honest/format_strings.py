# expect: none
def show(user):
    return "{0.name} is {user.age:>3} {items[0]}".format(user, user=user, items=[1]) + "{{__literal__}}"
