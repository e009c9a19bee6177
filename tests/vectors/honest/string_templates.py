# expect: none
from string import Template

print(Template("$who says __name__").substitute(who="I"))
