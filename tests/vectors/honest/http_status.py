# expect: none
from http import HTTPStatus

print(HTTPStatus.NOT_FOUND.phrase)
