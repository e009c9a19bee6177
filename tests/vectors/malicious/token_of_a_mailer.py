# expect: SEC-005
T = "SG.S" "3gpGMPuD9ImDFEz04kV" + "uI.AMRip4AoU7BNUU3vBpfZnrzVLD3ayCFonVxfmZQ8d3A"
print(len(T))
