"""Members of the modules that deal with text and encodings."""

from __future__ import annotations

MEMBERS: dict[str, str] = {
    "base64": """
        plain: a85decode a85encode b16decode b16encode b32decode b32encode b32hexdecode b32hexencode b64decode b64encode b85decode
            b85encode bytes_types decode decodebytes encode encodebytes MAXBINSIZE MAXLINESIZE standard_b64decode standard_b64encode
            test urlsafe_b64decode urlsafe_b64encode z85decode z85encode
        files: main
    """,
    "binascii": """
        plain: a2b_base64 a2b_hex a2b_qp a2b_uu b2a_base64 b2a_hex b2a_qp b2a_uu crc32 crc_hqx Error hexlify Incomplete unhexlify
    """,
    "calendar": """
        plain: CONSTANTS c Calendar calendar Day day_abbr day_name different_locale error February firstweekday format formatstring
            HTMLCalendar IllegalMonthError IllegalWeekdayError IntEnum isleap January leapdays LocaleHTMLCalendar LocaleTextCalendar
            main mdays Month month month_abbr month_name monthcalendar monthrange prcal prmonth prweek repeat setfirstweekday
            TextCalendar timegm week weekday weekheader
        hooks: global_enum
    """,
    "cmd": "plain: Cmd IDENTCHARS PROMPT",
    "codecs": """
        plain: CONSTANTS ascii_decode ascii_encode backslashreplace_errors BufferedIncrementalDecoder BufferedIncrementalEncoder
            charmap_build charmap_decode charmap_encode Codec CodecInfo decode encode EncodedFile escape_decode escape_encode
            getdecoder getencoder getincrementaldecoder getincrementalencoder getreader getwriter ignore_errors IncrementalDecoder
            IncrementalEncoder iterdecode iterencode latin_1_decode latin_1_encode lookup lookup_error make_encoding_map
            make_identity_dict namereplace_errors raw_unicode_escape_decode raw_unicode_escape_encode readbuffer_encode register_error
            replace_errors StreamReader StreamReaderWriter StreamRecoder StreamWriter strict_errors unicode_escape_decode
            unicode_escape_encode utf_16_be_decode utf_16_be_encode utf_16_decode utf_16_encode utf_16_ex_decode utf_16_le_decode
            utf_16_le_encode utf_32_be_decode utf_32_be_encode utf_32_decode utf_32_encode utf_32_ex_decode utf_32_le_decode
            utf_32_le_encode utf_7_decode utf_7_encode utf_8_decode utf_8_encode xmlcharrefreplace_errors
        files: open
        hooks: register unregister
    """,
    "difflib": """
        plain: context_diff diff_bytes Differ GenericAlias get_close_matches HtmlDiff IS_CHARACTER_JUNK IS_LINE_JUNK Match ndiff
            restore SequenceMatcher unified_diff
    """,
    "encodings": "plain: CodecRegistryError normalize_encoding search_function",
    "encodings.*": """
        plain: ace_prefix adapt aliases base64_decode base64_encode BytesIO bz2_decode bz2_encode Codec codec decode
            decode_generalized_number decoding_map decoding_table digits dots encode encoding_map encoding_table
            generate_generalized_integer generate_integers getregentry hex_decode hex_encode IncrementalDecoder IncrementalEncoder
            insertion_sort insertion_unsort nameprep punycode_decode punycode_encode quopri_decode quopri_encode rot13 rot13_map
            sace_prefix segregate selective_find selective_len StreamConverter StreamReader StreamWriter T ToASCII ToUnicode
            unicodedata uu_decode uu_encode zlib_decode zlib_encode
    """,
    "getpass": """
        plain: GetPassWarning
        files: fallback_getpass getpass unix_getpass win_getpass
        environment: getuser
    """,
    "gettext": """
        plain: gettext GNUTranslations ngettext npgettext NullTranslations pgettext textdomain
        reading: bindtextdomain Catalog dgettext dngettext dnpgettext dpgettext find translation
        code: c2py
        hooks: GNUTranslations.install install NullTranslations.install
    """,
    "json": "plain: detect_encoding dump dumps JSONDecodeError JSONDecoder JSONEncoder load loads",
    "json.decoder": """
        plain: BACKSLASH c_scanstring FLAGS JSONArray JSONDecodeError JSONDecoder JSONObject NaN NegInf PosInf py_scanstring
            scanstring STRINGCHUNK WHITESPACE WHITESPACE_STR
    """,
    "json.encoder": """
        plain: c_encode_basestring c_encode_basestring_ascii c_make_encoder encode_basestring encode_basestring_ascii ESCAPE
            ESCAPE_ASCII ESCAPE_DCT HAS_UTF8 INFINITY JSONEncoder py_encode_basestring py_encode_basestring_ascii
    """,
    "json.scanner": "plain: c_make_scanner make_scanner NUMBER_RE py_make_scanner",
    "json.tool": "files: main Path",
    "locale": """
        plain: CONSTANTS atof atoi bind_textdomain_codeset currency delocalize Error format format_string getencoding getlocale
            getpreferredencoding gettext locale_alias locale_encoding_alias localeconv localize nl_langinfo normalize setlocale str
            strcoll strxfrm textdomain windows_locale
        reading: bindtextdomain dcgettext dgettext
        environment: getdefaultlocale resetlocale
    """,
    "pprint": "plain: isreadable isrecursive pformat pp pprint PrettyPrinter saferepr",
    "quopri": """
        plain: CONSTANTS a2b_qp b2a_qp decode decodestring encode encodestring ishex needsquoting quote unhex
        files: main
    """,
    "re": """
        plain: CONSTANTS compile error escape findall finditer fullmatch Match match Pattern PatternError purge RegexFlag Scanner
            search split sub subn template
    """,
    "reprlib": "plain: aRepr get_ident islice recursive_repr Repr repr",
    "shlex": """
        plain: deque join quote split StringIO
        reading: shlex
    """,
    "sre_constants": """
        plain: CONSTANTS ASCIILETTERS AT_LOCALE AT_MULTILINE AT_UNICODE ATCODES CATEGORIES CH_LOCALE CH_UNICODE CHCODES compile DIGITS
            dis error ESCAPES expand_template fix_flags FLAGS HEXDIGITS isstring OCTDIGITS OP_IGNORE OP_LOCALE_IGNORE
            OP_UNICODE_IGNORE OPCODES parse parse_template PatternError State SubPattern Tokenizer WHITESPACE
    """,
    "string": """
        plain: ascii_letters ascii_lowercase ascii_uppercase capwords digits Formatter hexdigits octdigits printable punctuation
            Template whitespace
    """,
    "stringprep": """
        plain: b1_set b3_exceptions c22_specials c6_set c7_set c8_set c9_set in_table_a1 in_table_b1 in_table_c11 in_table_c11_c12
            in_table_c12 in_table_c21 in_table_c21_c22 in_table_c22 in_table_c3 in_table_c4 in_table_c5 in_table_c6 in_table_c7
            in_table_c8 in_table_c9 in_table_d1 in_table_d2 map_table_b2 map_table_b3 unicodedata
    """,
    "textwrap": "plain: dedent fill indent shorten TextWrapper wrap",
    "unicodedata": """
        plain: bidirectional category combining decimal decomposition digit east_asian_width is_normalized lookup mirrored name
            normalize numeric UCD ucd_3_2_0 unidata_version
    """,
}
