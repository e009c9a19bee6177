# expect: none
import email.message
import html
from email.utils import parseaddr

message = email.message.EmailMessage()
message["Subject"] = html.escape("<b>")
print(parseaddr("a@example.com"))
