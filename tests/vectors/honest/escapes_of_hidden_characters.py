# expect: none
HIDDEN = "\u200b\u202e\N{ZERO WIDTH SPACE}\x1b[0m\x00"
print(len(HIDDEN))
