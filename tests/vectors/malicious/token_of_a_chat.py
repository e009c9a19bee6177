# expect: SEC-005
T = "xoxb" "-557853352230-" + "767694291244-Qukjq79VE6Ml7FlLTlWdWxsb"
print(len(T))
