# expect: IMP-008
import json

json.NOTHING_OF_THE_KIND
