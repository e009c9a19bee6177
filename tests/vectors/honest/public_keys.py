# expect: none
"""Public keys."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Public keys."
--- signer.pub
ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIZBERd3NCGoIOP+R2AWcSOt/JsbcJiWBhiIFZG0uiBpF jane@laptop
--- key.pem
-----BEGIN PUBLIC KEY-----
6kq0iz2o1xTxx0SAegweZOLEGzp4o6A88rwewtIyipJchh8s9cSIuaVueWT6WFpw
u2P0TgwNutm5Ljyl5O59WTAQu+evrwgCZAhHWnjpgeh4L/LZQ2lvF4wuFl03gtex
QYvIaqJK5wy1/DN77318WI4y+RBdZzFlqx6PLcJBN/Lb6HZq9H1R0GSpqYAXjhLo
xgmy1Gnmfw3gnZQGav7+SurZ6GoBI0pEjc4lZa6z4aaHX3PGRJ/XBV/clbUSaM7M
ZLG1cg42THRFU5ldoTnhpbTdyEpwTlcLZ7TX3qzOEtPaJl+sC/LZ+jmLZR8idmEM
-----END PUBLIC KEY-----
--- cert.crt
-----BEGIN CERTIFICATE-----
AsYTmGWqs59fquWOmI6MOUy7EEFM0Q1tJvUuVLqA9mThMNeOT/iPp7fUFguZkzaQ
eeMBNG+adLVThD2yOlPKbdfHfJrMFbWmrK7XBo00ELfSVTsRaZcqIA9E/qIIZGu0
LsU//RhmG7V3xmOIgdeZ6e/GyyrwzLdr2nAm+CO810m6SqbKty7ElqLiX40ePbFw
XxiqTuVcsyn/oYUyBAWNf6gtMwRg1Jq4ilunwH//uCHPw5nT6Ep9RAiSYFyWjelD
10Kw/ujpU/GsRZHUnVnGmxuXin8Zp4zNhuyox8iOa50UoFTj80JjyuykPh5BFntu
-----END CERTIFICATE-----
