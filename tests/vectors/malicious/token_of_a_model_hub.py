# expect: SEC-004
T = "hf_x" "GMxbokoG" + "XySyyPyJrETwVvXgoPWjtZVDt"
print(len(T))
