# expect: none
class Box:
    def volume(self, unit):
        return 8 if unit == "litres" else 0

    def secret(self, word):
        return word == "sesame"


def measure(box):
    return box.volume("litres"), Box().secret("sesame"), Box().volume("pints")
