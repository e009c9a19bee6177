# expect: SRC-008
раyment = 1
