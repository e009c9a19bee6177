# expect: none
import argparse

parser = argparse.ArgumentParser()
arguments = parser.parse_args([])
settings = dict(vars(arguments))
print(hasattr(arguments, "x"))
