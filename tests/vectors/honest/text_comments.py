# expect: none
--- README.md
# Site

<!-- Do not edit: made by the build. -->
<!-- toc -->
<!-- markdownlint-disable MD013 -->
<!-- TODO: tell users about the new flag; please run the tests first -->

[//]: # (This is a comment about the badge below)
[1]: https://www.example.org "The example's own page, which explains more"
