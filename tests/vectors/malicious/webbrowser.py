# expect: IMP-001
import webbrowser

webbrowser.open("https://example.com")
