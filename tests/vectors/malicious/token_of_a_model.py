# expect: SEC-004
T = "sk-a" "nt-api03-qm1v9RmrDYc5KSv1ue4yhOd" + "XZOcgMYg_d6cOK0J4RON6yVY8LRvHzeGvFBb6mPR2LZOtVurBgPevt_FtMtpOEfgtY5C4OAA"
print(len(T))
