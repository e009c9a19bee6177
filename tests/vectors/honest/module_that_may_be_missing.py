# expect: none
try:
    import zoneinfo
except ImportError:
    zoneinfo = None

try:
    import tomllib as toml
except ImportError:
    toml = None


def zone(name):
    if zoneinfo is None or toml is None:
        return None
    return zoneinfo.ZoneInfo(name) if zoneinfo else None
