# expect: DYN-001
def run(text, how=eval):
    return how(text)
