# expect: none
import pkgutil

WORDS = pkgutil.get_data(__name__, "words.txt")
