"""Members of the modules that deal with mail and XML."""

from __future__ import annotations

MEMBERS: dict[str, str] = {
    "email": "plain: message_from_binary_file message_from_bytes message_from_file message_from_string",
    "email.base64mime": """
        plain: CONSTANTS a2b_base64 b2a_base64 b64encode body_decode body_encode decode decodestring header_encode header_length
    """,
    "email.charset": "plain: CONSTANTS add_alias add_charset add_codec ALIASES Charset CHARSETS CODEC_MAP encode_7or8bit partial",
    "email.contentmanager": """
        plain: ContentManager get_and_fixup_unknown_message_content get_message_content get_non_text_content get_text_content
            raw_data_manager set_bytes_content set_message_content set_text_content
    """,
    "email.encoders": "plain: encode_7or8bit encode_base64 encode_noop encode_quopri",
    "email.errors": """
        plain: BoundaryError CharsetError CloseBoundaryNotFoundDefect FirstHeaderLineIsContinuationDefect HeaderDefect
            HeaderMissingRequiredValue HeaderParseError HeaderWriteError InvalidBase64CharactersDefect InvalidBase64LengthDefect
            InvalidBase64PaddingDefect InvalidDateDefect InvalidHeaderDefect InvalidMultipartContentTransferEncodingDefect
            MalformedHeaderDefect MessageDefect MessageError MessageParseError MisplacedEnvelopeHeaderDefect
            MissingHeaderBodySeparatorDefect MultipartConversionError MultipartInvariantViolationDefect NoBoundaryInMultipartDefect
            NonASCIILocalPartDefect NonPrintableDefect ObsoleteHeaderDefect StartBoundaryNotFoundDefect UndecodableBytesDefect
    """,
    "email.feedparser": """
        plain: boundaryendRE BufferedSubFile BytesFeedParser compat32 deque EMPTYSTRING FeedParser headerRE NeedMoreData NL NLCRE
            NLCRE_bol NLCRE_crack NLCRE_eol StringIO
    """,
    "email.generator": """
        plain: BytesGenerator BytesIO DecodedGenerator deepcopy fcre Generator HeaderWriteError NEWLINE_WITHOUT_FWSP NL NLCRE StringIO
            UNDERSCORE
    """,
    "email.header": "plain: CONSTANTS Charset decode_header ecre fcre Header HeaderParseError make_header USASCII UTF8",
    "email.headerregistry": """
        plain: Address AddressHeader BaseHeader ContentDispositionHeader ContentTransferEncodingHeader ContentTypeHeader DateHeader
            Group HeaderRegistry MappingProxyType MessageIDHeader MIMEVersionHeader ParameterizedMIMEHeader SingleAddressHeader
            UniqueAddressHeader UniqueDateHeader UniqueSingleAddressHeader UniqueUnstructuredHeader UnstructuredHeader
    """,
    "email.iterators": "plain: body_line_iterator StringIO typed_subpart_iterator walk",
    "email.message": "plain: BytesIO Charset compat32 decode_b EmailMessage Message MIMEPart Policy SEMISPACE StringIO tspecials",
    "email.mime": "",
    "email.mime.application": "plain: MIMEApplication MIMENonMultipart",
    "email.mime.audio": "plain: BytesIO MIMEAudio MIMENonMultipart rule",
    "email.mime.base": "plain: MIMEBase",
    "email.mime.image": "plain: MIMEImage MIMENonMultipart rule",
    "email.mime.message": "plain: MIMEMessage MIMENonMultipart",
    "email.mime.multipart": "plain: MIMEBase MIMEMultipart",
    "email.mime.nonmultipart": "plain: MIMEBase MIMENonMultipart",
    "email.mime.text": "plain: Charset MIMENonMultipart MIMEText",
    "email.parser": """
        plain: BytesFeedParser BytesHeaderParser BytesParser compat32 FeedParser HeaderParser Parser StringIO TextIOWrapper
    """,
    "email.policy": """
        plain: Compat32 compat32 default EmailMessage EmailPolicy HeaderRegistry HTTP linesep_splitter Policy raw_data_manager SMTP
            SMTPUTF8 strict
    """,
    "email.quoprimime": """
        plain: CONSTANTS ascii_letters body_check body_decode body_encode body_length decode decodestring digits header_check
            header_decode header_encode header_length hexdigits quote unquote
    """,
    "email.utils": """
        plain: CONSTANTS Charset collapse_rfc2231_value decode_params decode_rfc2231 encode_rfc2231 escapesre format_datetime
            formataddr formatdate getaddresses localtime mktime_tz parseaddr parsedate parsedate_to_datetime parsedate_tz quote
            rfc2231_continuation specialsre supports_strict_parsing unquote
        machine: make_msgid
    """,
    "html": "plain: escape unescape",
    "html.entities": "plain: codepoint2name entitydefs html5 name2codepoint",
    "html.parser": """
        plain: attrfind_tolerant charref commentclose endendtag endtagfind entityref HTMLParser incomplete interesting_normal
            locatestarttagend_tolerant piclose starttagopen tagfind_tolerant unescape
    """,
    "pyexpat": """
        plain: CONSTANTS error ErrorString expat_CAPI ExpatError features native_encoding ParserCreate version_info XMLParserType
    """,
    "xml": "",
    "xml.dom": """
        plain: CONSTANTS DOMException DomstringSizeErr getDOMImplementation HierarchyRequestErr IndexSizeErr InuseAttributeErr
            InvalidAccessErr InvalidCharacterErr InvalidModificationErr InvalidStateErr NamespaceErr NoDataAllowedErr Node
            NoModificationAllowedErr NotFoundErr NotSupportedErr registerDOMImplementation SyntaxErr UserDataHandler ValidationErr
            WrongDocumentErr
    """,
    "xml.dom.NodeFilter": "plain: NodeFilter",
    "xml.dom.domreg": """
        plain: getDOMImplementation registerDOMImplementation registered
        loader: well_known_implementations
    """,
    "xml.dom.expatbuilder": """
        plain: CONSTANTS ElementInfo ExpatBuilder ExpatBuilderNS FilterCrutch FilterVisibilityController FragmentBuilder
            FragmentBuilderNS InternalSubsetExtractor makeBuilder Namespaces Node NodeFilter ParseEscape parseFragmentString
            parseString Rejecter Skipper theDOMImplementation
        reading: parse parseFragment
    """,
    "xml.dom.minicompat": "plain: defproperty EmptyNodeList NodeList StringTypes",
    "xml.dom.minidom": """
        plain: CONSTANTS Attr AttributeList CDATASection CharacterData Childless Comment defproperty Document DocumentFragment
            DocumentLS DocumentType DOMImplementation DOMImplementationLS Element ElementInfo EmptyNodeList Entity
            getDOMImplementation Identified NamedNodeMap Node NodeList Notation parseString ProcessingInstruction
            ReadOnlySequentialNamedNodeMap StringTypes Text TypeInfo
        reading: parse
    """,
    "xml.dom.pulldom": """
        plain: CONSTANTS default_bufsize DOMEventStream ErrorHandler parseString PullDOM SAX2DOM
        reading: parse
    """,
    "xml.dom.xmlbuilder": """
        plain: DocumentLS DOMBuilderFilter DOMImplementationLS DOMInputSource Options
        network: DOMBuilder DOMEntityResolver
    """,
    "xml.etree": "",
    "xml.etree.ElementInclude": """
        plain: CONSTANTS FatalIncludeError LimitedRecursiveIncludeError urljoin
        reading: default_loader include
    """,
    "xml.etree.ElementPath": """
        plain: find findall findtext get_parent_map iterfind ops prepare_child prepare_descendant prepare_parent prepare_predicate
            prepare_self prepare_star xpath_tokenizer xpath_tokenizer_re
    """,
    "xml.etree.ElementTree": """
        plain: C14NWriterTarget Comment dump Element fromstring fromstringlist HTML_EMPTY indent iselement ParseError PI
            ProcessingInstruction QName register_namespace SubElement tostring tostringlist TreeBuilder VERSION XML XMLID XMLParser
            XMLPullParser
        reading: canonicalize iterparse parse
        files: ElementTree
    """,
    "xml.parsers": "",
    "xml.sax": """
        plain: ContentHandler ErrorHandler InputSource parseString SAXException SAXNotRecognizedException SAXNotSupportedException
            SAXParseException SAXReaderNotAvailable
        network: parse
        loader: _create_parser default_parser_list make_parser
    """,
    "xml.sax.expatreader": """
        plain: AttributesImpl AttributesNSImpl ExpatLocator feature_external_ges feature_external_pes feature_namespace_prefixes
            feature_namespaces feature_string_interning feature_validation property_interning_dict property_xml_string SAXException
            SAXNotRecognizedException SAXNotSupportedException SAXParseException SAXReaderNotAvailable version
        network: create_parser ExpatParser
    """,
    "xml.sax.handler": """
        plain: all_features all_properties ContentHandler DTDHandler EntityResolver ErrorHandler feature_external_ges
            feature_external_pes feature_namespace_prefixes feature_namespaces feature_string_interning feature_validation
            LexicalHandler property_declaration_handler property_dom_node property_encoding property_interning_dict
            property_lexical_handler property_xml_string version
    """,
    "xml.sax.saxutils": """
        plain: escape quoteattr unescape XMLFilterBase XMLGenerator
        network: prepare_input_source
    """,
    "xml.sax.xmlreader": """
        plain: AttributesImpl AttributesNSImpl IncrementalParser InputSource Locator SAXNotRecognizedException
            SAXNotSupportedException XMLReader
    """,
}
