# expect: none
--- README.md
# Über — “quotes” …

A ﬁne ﬂow, co‐op, naïve café, 10 000 km, softhyphen, “don’t”, ½ × ²

