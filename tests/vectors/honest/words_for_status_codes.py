# expect: none
import http.client


def words(status):
    return http.client.responses.get(status, "unknown")
