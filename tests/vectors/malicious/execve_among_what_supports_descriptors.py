# expect: REF-009
import os

run = [each for each in os.supports_fd if each.__name__ == "execve"][0]
run("/bin/echo", ["echo", "got"], {})
