# expect: none
import os
import platform
import uuid
from email.utils import make_msgid

print(platform.system(), platform.machine(), platform.python_version(), platform.platform(), platform.node())
print(os.uname(), uuid.uuid1(), make_msgid(), make_msgid(domain="example.com"))
