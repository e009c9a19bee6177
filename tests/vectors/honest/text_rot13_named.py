# expect: none
--- README.md
# Ciphers

ROT13 turns `Hello` into `Uryyb` and back again. Reversed, `stressed` is `desserts`; `tool` is `loot`.

