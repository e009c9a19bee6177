# expect: SEC-001
"""Key of putty."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Key of putty."
--- key.txt base64
UHVUVFktVXNlci1LZXktRmlsZS0zOiBzc2gtZWQyNTUxOQpFbmNyeXB0aW9uOiBub25lCkNvbW1lbnQ6IG1lClB1YmxpYy1MaW5lczogMQpBQUFBClByaXZh
dGUtTGluZXM6IDEKQUVzdWhhMXU2RGh6V1ZTMW8zOGZGQWE2d2VJM3FSUExrMVhDS3NYa20yQVdoN2M5aEVIV3RQMDEzNlV4Cg==
