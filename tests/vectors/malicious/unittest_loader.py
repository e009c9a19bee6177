# expect: DYN-002
import unittest

unittest.defaultTestLoader.loadTestsFromName("os.system")
