# expect: none
TEXT = "日本語、ﬁ、，（） ｆｕｌｌ שלום مرحبا हिन्दी क्‍ष ไทย"
# ﬁle of “quotes”, раypal as an example of a trick
print(TEXT)
