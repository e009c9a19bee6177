# expect: none
class Template:
    def compile(self):
        return self

    def exec(self):
        return self.compile()


Template().exec()
