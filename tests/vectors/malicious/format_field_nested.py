# expect: REF-004
"{0:{1.__class__.__mro__}}".format("a", 1)
