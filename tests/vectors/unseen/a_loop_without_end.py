# expect: none
def wait(done):
    while not done:
        pass
