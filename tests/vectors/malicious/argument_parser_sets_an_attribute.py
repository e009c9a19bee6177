# expect: TAM-001
import argparse
import json

parser = argparse.ArgumentParser()
parser.add_argument("--x", dest="default", type=lambda text: print)
parser.parse_args(["--x", "1"], namespace=json.JSONEncoder)
print("got", json.JSONEncoder.default)
