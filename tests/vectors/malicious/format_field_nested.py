# expect: REF-004
"{0:{1.__init__.__globals__}}".format("a", 1)
