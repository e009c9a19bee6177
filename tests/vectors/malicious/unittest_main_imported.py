# expect: IMP-008
import unittest.__main__
