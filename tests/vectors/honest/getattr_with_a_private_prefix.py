# expect: none
class Rules:
    def _handle_freq(self, value):
        return value.lower()

    def handle(self, name, value):
        return getattr(self, "_handle_" + name)(value)

    def process(self, name, value):
        return getattr(self, f"_handle_{name}")(value)
