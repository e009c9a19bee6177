# expect: none
café = 1
naïve = 2
Ångström = 3
žluťoučký = 4
print(café, naïve, Ångström, žluťoučký)
