# expect: none
TEMPLATE = "Dear {name},\n" + "your order {number} is on its way."


def letter(name, number):
    return TEMPLATE.format(name=name, number=number)
