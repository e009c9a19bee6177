# expect: SEC-002
MAPS = "AIza" "wam8ad5Qh" + "4vfzbQPLixDSnBxLWdpYNIumYI"
print(len(MAPS))
