# expect: REF-006
import logging

try:
    assert not logging, [logging]
except AssertionError as error:
    print("got", vars(error.args[0][0])["os"])
