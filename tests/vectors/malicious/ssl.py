# expect: CAP-001
import ssl

ssl.create_default_context()
