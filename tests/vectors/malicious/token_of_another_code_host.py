# expect: SEC-003
T = "glpa" "t-Fi" + "Uhdbi6o3JZ9mnFzzDu"
print(len(T))
