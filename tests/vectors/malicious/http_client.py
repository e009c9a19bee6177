# expect: CAP-001
import http.client

http.client.HTTPSConnection("example.com")
