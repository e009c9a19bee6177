# expect: none
--- README.md
# Letters

The keys are w a s d q e r f. Choose one of a, b, c, d, e, f, g, h.

T H E   E N D

