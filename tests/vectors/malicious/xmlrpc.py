# expect: CAP-001
import xmlrpc.client

xmlrpc.client.ServerProxy("https://example.com")
