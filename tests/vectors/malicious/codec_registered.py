# expect: TAM-003
import codecs

codecs.register(lambda name: None)
