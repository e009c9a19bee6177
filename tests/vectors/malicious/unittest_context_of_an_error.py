# expect: IMP-008
import json
import unittest


class Case(unittest.TestCase):
    def runTest(self):
        with self.assertRaises(AttributeError) as caught:
            json.nothing
        print("got", vars(caught.exception.obj)["codecs"])


Case().run()
