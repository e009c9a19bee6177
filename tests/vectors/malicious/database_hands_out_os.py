# expect: REF-010
import dbm.dumb
import tempfile


def go(m):
    print("got", m.system("true"))


database = dbm.dumb.open(tempfile.mkdtemp() + "/x")
go(database._os)
