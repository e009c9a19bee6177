# expect: none
"""Keys for tests."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Keys for tests."
--- tests/fixtures/key.pem base64
LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCmVjRjBoRlQ3QzlOTVhTVXBOd0FKREtKR2w2eUFhRFg2YVBhMk9MdE1MZU1MdmptbmxTL3FZQUtKRk9ieDYw
YUsKQ0hEUjNIWGw0Z1JnbXNEcHdNVTRVOHBqZkIwQ3JkdHFBZXJLVU5FbzJydUlQNlViR2YwTGJia0JoM1BXNFZreQpmcmdETGFoU0lJeW1KSUlCSnVKU08v
ajVXTWdteTBXNE02cnBhRHhjTmFzcWpCWUpMVW5oWEZTOU1IeGdMY0hJCmxCaVF0dVdSdmd2dVZPZlZrd0RjWWN4dWU4aEFHTXd2ZWtEODQrT082K0x6UCs5
V2QyNEhQWUlpdTQ4ZXJISmMKOWJ3T0gzSGVWb2JNSzloNzZRSjVvTWFqdUlQODlnWEJEOEVkL1J1U3hwRnZYZEM2SzViRWs0Ulltb1pJekRWQgotLS0tLUVO
RCBQUklWQVRFIEtFWS0tLS0tCg==
--- tests/test_login.py
PASSWORD = "k9#Vw2m!Pq7z"
