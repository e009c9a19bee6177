# expect: DYN-001
sorted(["print(1)"], key=exec)
