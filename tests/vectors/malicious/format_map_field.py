# expect: REF-004
template = "{handler.__init__.__globals__[os]}"
print(template.format_map({"handler": object}))
