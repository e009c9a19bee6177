# expect: none
def chatter(count):
    for number in range(count):
        print("still here", number)
