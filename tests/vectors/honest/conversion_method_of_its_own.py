# expect: none
class Words:
    JUMP = [" ", ".", ","]

    def __init__(self):
        self._jump = self._convert(self.JUMP)

    def _convert(self, words):
        return {word: number for number, word in enumerate(words)}
