# expect: none
import os
import sys

if sys.platform == "win32":
    import msvcrt

    def pressed():
        return msvcrt.getwch()
else:

    def pressed():
        return sys.stdin.read(1)


def proxies():
    if os.name == "nt":
        import winreg

        return winreg.QueryValueEx(winreg.HKEY_CURRENT_USER, "ProxyServer")
    return os.environ.get("HTTP_PROXY")
