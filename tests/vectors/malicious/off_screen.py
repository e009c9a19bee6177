# expect: SRC-009
x = 1                                                                                                                                                            ; y = 2
