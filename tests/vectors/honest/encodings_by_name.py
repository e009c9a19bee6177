# expect: none
import codecs
import encodings
import encodings.aliases
from encodings import idna, utf_8
from encodings.utf_8 import StreamWriter

print(codecs.lookup("utf-8"), encodings.aliases.aliases, idna.nameprep("a"), utf_8.decode, StreamWriter, encodings.normalize_encoding("x"))
codecs.register_error("rows", codecs.replace_errors)
