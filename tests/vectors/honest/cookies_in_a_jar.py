# expect: none
from http.cookiejar import Cookie, CookieJar


def names(jar):
    if not isinstance(jar, CookieJar):
        raise TypeError("not a jar")
    return [cookie.name for cookie in jar if isinstance(cookie, Cookie)]
