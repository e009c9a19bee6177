# expect: none
import argparse


def add(parsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parsers.add_parser("x")
