# expect: SRC-005
note = "❤️︁︂︃︄"
print(note)
