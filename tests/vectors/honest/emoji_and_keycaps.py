# expect: none
print("❤️ 1️⃣ #️⃣ 👨‍👩‍👧 🏳️‍🌈 ☑️")
