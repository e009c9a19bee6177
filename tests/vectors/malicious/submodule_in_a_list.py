# expect: IMP-001
import email.utils

for m in sorted([email.utils], key=str):
    print("got", vars(m)["os"].system("true"))
