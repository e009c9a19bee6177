"""Members of the modules that deal with the network; those of a module that is not permitted as a whole are only what differs from it."""

from __future__ import annotations

MEMBERS: dict[str, str] = {
    "cgi": """
        plain: BytesIO FeedParser logfile Mapping maxlen Message MiniFieldStorage nolog parse_header parse_multipart print_arguments
            print_exception print_form StringIO TextIOWrapper valid_boundary
        reading: print_directory
        files: closelog dolog initlog log logfp
        environment: FieldStorage parse print_environ print_environ_usage test
    """,
    "http": "plain: HTTPMethod HTTPStatus IntEnum StrEnum",
    "http.client": """
        plain: CONSTANTS BadStatusLine CannotSendHeader CannotSendRequest error HTTPException HTTPMessage ImproperConnectionState
            IncompleteRead InvalidURL LineTooLong NotConnected parse_headers RemoteDisconnected ResponseNotReady responses
            UnimplementedFileMode UnknownProtocol UnknownTransferEncoding
    """,
    "http.cookiejar": """
        plain: CONSTANTS Absent Cookie CookieJar CookiePolicy cut_port_re DAYS debug deepvalues DefaultCookiePolicy domain_match
            eff_request_host escape_path ESCAPED_CHAR_RE HEADER_ESCAPE_RE HEADER_JOIN_ESCAPE_RE HEADER_QUOTED_VALUE_RE HEADER_TOKEN_RE
            HEADER_VALUE_RE http2time IPV4_RE is_HDN is_third_party iso2time ISO_DATE_RE join_header_words liberal_is_HDN LoadError
            logger LOOSE_HTTP_DATE_RE lwp_cookie_str MONTHS MONTHS_LOWER NETSCAPE_MAGIC_RGX offset_from_tz_string parse_ns_headers
            reach request_host request_path request_port split_header_words STRICT_DATE_RE strip_quotes time2isoz time2netscape timegm
            TIMEZONE_RE unmatched uppercase_escaped_char user_domain_match UTC_ZONES WEEKDAY_RE
        files: FileCookieJar LWPCookieJar MozillaCookieJar
    """,
    "http.cookies": "plain: BaseCookie CookieError Morsel SimpleCookie",
    "http.server": """
        programs: CGIHTTPRequestHandler executable
        system: nobody_uid
    """,
    "smtplib": """
        plain: quoteaddr quotedata SMTPAuthenticationError SMTPConnectError SMTPDataError SMTPException SMTPHeloError
            SMTPNotSupportedError SMTPRecipientsRefused SMTPResponseException SMTPSenderRefused SMTPServerDisconnected
    """,
    "socket": """
        plain: CONSTANTS AddressFamily AddressInfo error errorTab gaierror has_ipv6 herror htonl htons inet_aton inet_ntoa inet_ntop
            inet_pton MsgFlag ntohl ntohs SocketKind timeout
        system: sethostname
    """,
    "socketserver": "programs: ForkingMixIn ForkingTCPServer ForkingUDPServer ForkingUnixDatagramServer ForkingUnixStreamServer",
    "ssl": """
        plain: CONSTANTS AlertDescription cert_time_to_seconds CertificateError DER_cert_to_PEM_cert Options PEM_cert_to_DER_cert
            Purpose SSLCertVerificationError SSLEOFError SSLError SSLErrorNumber SSLSyscallError SSLWantReadError SSLWantWriteError
            SSLZeroReturnError TLSVersion VerifyFlags VerifyMode
        environment: get_default_verify_paths
    """,
    "urllib": "",
    "urllib.error": "plain: ContentTooShortError HTTPError URLError",
    "urllib.parse": """
        plain: clear_cache DefragResult DefragResultBytes namedtuple non_hierarchical parse_qs parse_qsl ParseResult ParseResultBytes
            quote quote_from_bytes quote_plus ResultBase scheme_chars splitattr splithost splitnport splitpasswd splitport splitquery
            SplitResult SplitResultBytes splittag splittype splituser splitvalue to_bytes unquote unquote_plus unquote_to_bytes unwrap
            urldefrag urlencode urljoin urlparse urlsplit urlunparse urlunsplit uses_fragment uses_netloc uses_params uses_query
            uses_relative
    """,
    "urllib.request": """
        plain: parse_http_list parse_keqv_list pathname2url Request url2pathname
        environment: getproxies getproxies_environment proxy_bypass proxy_bypass_environment
    """,
    "urllib.response": "plain: addbase addclosehook addinfo addinfourl",
    "wsgiref.handlers": """
        plain: BaseHandler format_date_time SimpleHandler
        environment: BaseCGIHandler CGIHandler IISCGIHandler read_environ
    """,
    "wsgiref.headers": "plain: Headers tspecials",
    "wsgiref.types": """
        plain: Any Callable ErrorStream FileWrapper InputStream Iterable Iterator Protocol StartResponse TracebackType TypeAlias
            WSGIApplication WSGIEnvironment
    """,
    "wsgiref.util": """
        plain: application_uri FileWrapper guess_scheme is_hop_by_hop request_uri setup_testing_defaults shift_path_info
    """,
    "wsgiref.validate": """
        plain: assert_ bad_header_value_re check_content_type check_environ check_errors check_exc_info check_headers check_input
            check_iterator check_status check_string_type ErrorWrapper header_re InputWrapper IteratorWrapper PartialIteratorWrapper
            validator WriteWrapper WSGIWarning
    """,
    "xmlrpc.client": "plain: Binary Boolean DateTime dumps Error escape Fault loads ProtocolError ResponseError",
}
