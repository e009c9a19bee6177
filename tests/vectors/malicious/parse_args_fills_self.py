# expect: REF-003
import argparse
def joined(glue, *parts):
    return glue.join(parts)
def f(): pass
class Box:
    NAME = "upper"
    def look(self, x): return getattr(x, self.NAME)
parser = argparse.ArgumentParser()
parser.add_argument("--NAME", dest="NAME")
box = Box()
parser.parse_known_args(["--NAME", joined("bal", "__glo", "s__")], box)
print(box.look(f)[joined("uilt", "__b", "ins__")]["eval"]("6*7"))
