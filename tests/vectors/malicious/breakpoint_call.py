# expect: TAM-002
breakpoint()
