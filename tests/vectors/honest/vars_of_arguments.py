# expect: none
import argparse


class Options:
    def __init__(self):
        self.verbose = False

    def as_dict(self):
        return {name: value for name, value in vars(self).items() if not name.startswith("_")}


def parse(argv):
    parser = argparse.ArgumentParser()
    parser.add_argument("--name", default="x")
    parser.set_defaults(run=str.upper)
    args = parser.parse_args(argv)
    settings = vars(args)
    return settings["name"], sorted(vars(args)), args.run("a")


def parse_into(argv):
    parser = argparse.ArgumentParser()
    parser.add_argument("--verbose", action="store_true")
    return parser.parse_args(argv, namespace=Options())
