# expect: TAM-002
from unittest import mock

mock.patch("os.system")
