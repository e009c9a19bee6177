# expect: none
--- README.md
# Install

Download the installer from https://www.example.org/install and follow the instructions. Then open the link and follow the steps on the page.
