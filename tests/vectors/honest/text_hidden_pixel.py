# expect: none
--- README.md
# x

<img src="https://stats.example.org/p.gif" style="display:none">
<a name="top" style="visibility:hidden"></a>

