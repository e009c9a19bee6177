# expect: none
import sys

RED, RESET = "\x1b[31m", "\x1b[0m"


def main() -> None:
    if sys.stdout.isatty():
        print(f"{RED}failed{RESET}")
    print("\x1b[1mdone\x1b[0m")


main()
