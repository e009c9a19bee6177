# expect: none
--- README.md
# Log

<details>
<summary>Click to see everything</summary>

All the lines.

</details>

<p align="center"><img src="logo.png" alt="The logo of the project, a blue bird on a white ground" width="200"></p>
