# expect: none
import os


def times(path):
    if os.utime in os.supports_follow_symlinks:
        os.utime(path, follow_symlinks=False)
    return os.stat in os.supports_dir_fd, os.listdir in os.supports_fd
