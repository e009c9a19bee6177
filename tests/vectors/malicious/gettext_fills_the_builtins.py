# expect: TAM-002
import gettext

gettext.install("rows")
