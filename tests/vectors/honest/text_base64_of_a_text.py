# expect: none
--- README.md
# Encode

`encode("hello world, how are you today?")` gives `aGVsbG8gd29ybGQsIGhvdyBhcmUgeW91IHRvZGF5PyBmaW5l`.

