# expect: DYN-001
class Calculator:
    def eval(self, text):
        return text

    def run(self):
        return eval("1+1")
