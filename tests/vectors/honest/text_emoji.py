# expect: none
--- README.md
# Fun 🎉

👩‍💻 👨‍👩‍👧 ❤️ 🏴󠁧󠁢󠁥󠁮󠁧󠁿 ✅ Done! 🇩🇪 🇯🇵 1️⃣

