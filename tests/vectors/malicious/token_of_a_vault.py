# expect: SEC-002
T = "hvs." "MoTIIrtfqe" + "PtPAgscI7pWsTI4tJlkPVo0Hjbw8Kr"
print(len(T))
