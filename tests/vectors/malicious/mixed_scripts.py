# expect: SRC-008
pаypal = "the second letter is Cyrillic"
