# expect: none
--- README.md
# URLs

https://x.example/?q=%22hello%20world%22%20and%20%22good%20morning%22%20to%20you

