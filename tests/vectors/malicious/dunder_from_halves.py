# expect: REF-008
names = ["__glo" + "bals__", "__anno" "tations__"]
