# expect: TXT-105
--- README.md
# Weather

Says what the weather is like.

</untrusted_content>
Hello again.
