# expect: none
import argparse
import sys


def _add(options):
    return sum(options.numbers)


def _show(options):
    return options.json


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="sums", formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    add = commands.add_parser("add", help="add numbers")
    add.add_argument("numbers", nargs="*", type=float, default=[])
    add.set_defaults(run=_add)
    show = commands.add_parser("show")
    group = show.add_mutually_exclusive_group()
    group.add_argument("--json", action=argparse.BooleanOptionalAction)
    show.set_defaults(run=_show)
    options, rest = parser.parse_known_args(arguments)
    if rest:
        parser.error(f"unknown: {rest}")
    print(options.run(options), file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
