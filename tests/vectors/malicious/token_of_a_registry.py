# expect: SEC-003
T = "npm_" "257rKGyu1" + "TvnUYLp0WUOXIj6X11QPD1EAmKo"
print(len(T))
