"""Members of the modules that deal with Python itself: its types, its source, its builtins."""

from __future__ import annotations

MEMBERS: dict[str, str] = {
    "__future__": """
        plain: CONSTANTS absolute_import all_feature_names annotations barry_as_FLUFL division generator_stop generators nested_scopes
            print_function unicode_literals with_statement
    """,
    "abc": """
        plain: ABC ABCMeta abstractclassmethod abstractmethod abstractproperty abstractstaticmethod get_cache_token
            update_abstractmethods
    """,
    "ast": """
        plain: Add alias And AnnAssign arg arguments Assert Assign AST AsyncFor AsyncFunctionDef AsyncWith Attribute AugAssign AugLoad
            AugStore auto Await BinOp BitAnd BitOr BitXor BoolOp boolop Break Bytes Call ClassDef cmpop Compare comprehension Constant
            contextmanager Continue copy_location Del Delete Dict DictComp Div dump Ellipsis Eq ExceptHandler excepthandler Expr expr
            expr_context Expression ExtSlice fix_missing_locations FloorDiv For FormattedValue FunctionDef FunctionType GeneratorExp
            get_docstring get_source_segment Global Gt GtE If IfExp Import ImportFrom In increment_lineno Index IntEnum Interactive
            Invert Is IsNot iter_child_nodes iter_fields JoinedStr keyword Lambda List ListComp literal_eval Load LShift Lt LtE Match
            match_case MatchAs MatchClass MatchMapping MatchOr MatchSequence MatchSingleton MatchStar MatchValue MatMult Mod mod
            Module Mult Name NameConstant NamedExpr NodeTransformer NodeVisitor Nonlocal Not NotEq NotIn nullcontext Num operator Or
            Param ParamSpec parse Pass pattern Pow PyCF_ALLOW_TOP_LEVEL_AWAIT PyCF_ONLY_AST PyCF_OPTIMIZED_AST PyCF_TYPE_COMMENTS
            Raise Return RShift Set SetComp Slice slice Starred stmt Store Str Sub Subscript Suite Try TryStar Tuple type_ignore
            type_param TypeAlias TypeIgnore TypeVar TypeVarTuple UAdd UnaryOp unaryop unparse USub walk While With withitem Yield
            YieldFrom
        reading: main
    """,
    "atexit": "hooks: _clear _ncallbacks _run_exitfuncs register unregister",
    "builtins": """
        plain: abs aiter all anext any ArithmeticError ascii AssertionError AttributeError BaseException BaseExceptionGroup bin
            BlockingIOError bool BrokenPipeError BufferError bytearray bytes BytesWarning callable ChildProcessError chr classmethod
            complex ConnectionAbortedError ConnectionError ConnectionRefusedError ConnectionResetError copyright credits __debug__
            delattr DeprecationWarning dict dir divmod Ellipsis EncodingWarning enumerate EnvironmentError EOFError Exception
            ExceptionGroup exit False FileExistsError FileNotFoundError filter float FloatingPointError format frozenset FutureWarning
            GeneratorExit getattr globals hasattr hash hex id ImportError ImportWarning IndentationError IndexError input int
            InterruptedError IOError IsADirectoryError isinstance issubclass iter KeyboardInterrupt KeyError len license list locals
            LookupError map max MemoryError memoryview min ModuleNotFoundError NameError next None NotADirectoryError NotImplemented
            NotImplementedError object oct ord OSError OverflowError PendingDeprecationWarning PermissionError pow print
            ProcessLookupError property PythonFinalizationError quit range RecursionError ReferenceError repr ResourceWarning reversed
            round RuntimeError RuntimeWarning set setattr slice sorted staticmethod StopAsyncIteration StopIteration str sum super
            SyntaxError SyntaxWarning SystemError SystemExit TabError TimeoutError True tuple type TypeError UnboundLocalError
            UnicodeDecodeError UnicodeEncodeError UnicodeError UnicodeTranslateError UnicodeWarning UserWarning ValueError vars
            Warning WindowsError ZeroDivisionError zip
        files: open
        loader: __import__ __loader__ __spec__
        code: compile eval exec help
        hooks: breakpoint
        insides: __build_class__ __builtins__
    """,
    "collections": "plain: ChainMap Counter defaultdict deque namedtuple OrderedDict UserDict UserList UserString",
    "collections.abc": """
        plain: ABCMeta abstractmethod async_generator AsyncGenerator AsyncIterable AsyncIterator Awaitable Buffer bytearray_iterator
            bytes_iterator ByteString Callable Collection Container Coroutine coroutine dict_itemiterator dict_items dict_keyiterator
            dict_keys dict_valueiterator dict_values EllipsisType framelocalsproxy FunctionType Generator generator GenericAlias
            Hashable ItemsView Iterable Iterator KeysView list_iterator list_reverseiterator longrange_iterator Mapping mappingproxy
            MappingView MutableMapping MutableSequence MutableSet range_iterator Reversible Sequence Set set_iterator Sized
            str_iterator tuple_iterator ValuesView zip_iterator
    """,
    "contextlib": """
        plain: AbstractAsyncContextManager AbstractContextManager aclosing AsyncContextDecorator asynccontextmanager AsyncExitStack
            closing ContextDecorator contextmanager deque ExitStack GenericAlias MethodType nullcontext redirect_stderr
            redirect_stdout suppress wraps
        files: chdir
    """,
    "contextvars": "plain: Context ContextVar copy_context Token",
    "copy": """
        plain: copy deepcopy Error error replace
        data_as_code: dispatch_table
    """,
    "dataclasses": """
        plain: asdict astuple dataclass Field field fields FrozenInstanceError FunctionType GenericAlias InitVar is_dataclass KW_ONLY
            make_dataclass MISSING recursive_repr replace
        code: _create_fn _FuncBuilder
    """,
    "dis": """
        plain: CONSTANTS ArgResolver cmp_op code_info COMPILER_FLAG_NAMES deoptmap dis disassemble disco distb findlabels
            findlinestarts FORMAT_VALUE_CONVERTERS Formatter FUNCTION_ATTR_FLAGS hasarg hascompare hasconst hasexc hasfree hasjabs
            hasjrel hasjump haslocal hasname hasnargs Instruction MAKE_FUNCTION_FLAGS name op opmap opname Positions pretty_flags
            print_instructions show_code spec_op specialized stack_effect UNKNOWN
        reading: main
        insides: Bytecode _get_code_object get_executor get_instructions _get_instructions_bytes _try_compile _unpack_opargs
    """,
    "enum": """
        plain: CONSTANTS auto bin DynamicClassAttribute Enum EnumCheck EnumDict EnumMeta EnumType Flag FlagBoundary global_enum_repr
            global_flag_repr global_str IntEnum IntFlag MappingProxyType member nonmember pickle_by_enum_name pickle_by_global_name
            property reduce ReprEnum show_flag_values StrEnum unique verify
        hooks: Enum._convert_ EnumMeta._convert_ EnumType._convert_ Flag._convert_ global_enum IntEnum._convert_ IntFlag._convert_
            _old_convert_ ReprEnum._convert_ StrEnum._convert_
    """,
    "functools": """
        plain: cache cached_property cmp_to_key GenericAlias get_cache_token lru_cache namedtuple partial partialmethod recursive_repr
            reduce RLock singledispatch singledispatchmethod total_ordering update_wrapper WRAPPER_ASSIGNMENTS WRAPPER_UPDATES wraps
    """,
    "gc": """
        plain: CONSTANTS collect get_count get_debug get_freeze_count get_stats get_threshold is_finalized is_tracked isenabled
        hooks: callbacks disable enable freeze set_debug set_threshold unfreeze
        insides: garbage get_objects get_referents get_referrers
    """,
    "inspect": """
        plain: CONSTANTS ArgInfo Arguments attrgetter Attribute BlockFinder BoundArguments BufferFlags ClassFoundException cleandoc
            ClosureVars EndOfBlock formatannotation formatannotationrelativeto formatargvalues FrameInfo FullArgSpec getabsfile
            getasyncgenstate getblock getcallargs getclasstree getcoroutinestate getdoc getfile getfullargspec getgeneratorstate
            getmodulename getmro indentsize isabstract isasyncgen isasyncgenfunction isawaitable isbuiltin isclass iscode iscoroutine
            iscoroutinefunction isdatadescriptor isframe isfunction isgenerator isgeneratorfunction isgetsetdescriptor iskeyword
            ismemberdescriptor ismethod ismethoddescriptor ismethodwrapper ismodule isroutine istraceback make_weakref
            markcoroutinefunction namedtuple OrderedDict Parameter Signature.bind Signature.bind_partial Signature.empty
            Signature.parameters Signature.replace Signature.return_annotation Traceback walktree
        reading: findsource getcomments getsource getsourcefile getsourcelines
        annotations: get_annotations Signature signature Signature.from_callable
        insides: classify_class_attrs currentframe getargs getargvalues getasyncgenlocals getattr_static getclosurevars
            getcoroutinelocals getframeinfo getgeneratorlocals getinnerframes getlineno getmembers getmembers_static getmodule
            getouterframes modulesbyfile stack trace unwrap
    """,
    "keyword": "plain: iskeyword issoftkeyword kwlist softkwlist",
    "opcode": """
        plain: CONSTANTS cmp_op hasarg hascompare hasconst hasexc hasfree hasjabs hasjrel hasjump haslocal hasname hasnargs i
            is_pseudo op oplists opmap opname stack_effect
    """,
    "pickle": "plain: DEFAULT_PROTOCOL HIGHEST_PROTOCOL PickleError PicklingError UnpicklingError",
    "pickletools": """
        plain: CONSTANTS anyobject ArgumentDescriptor bytearray8 bytes1 bytes4 bytes8 bytes_types code2op decimalnl_long
            decimalnl_short decode_long dis float8 floatnl genops int4 long1 long4 markobject OpcodeInfo opcodes optimize pybool
            pybuffer pybytearray pybytes pybytes_or_str pydict pyfloat pyfrozenset pyint pyinteger_or_bool pylist pylong pynone pyset
            pystring pytuple pyunicode read_bytearray8 read_bytes1 read_bytes4 read_bytes8 read_decimalnl_long read_decimalnl_short
            read_float8 read_floatnl read_int4 read_long1 read_long4 read_string1 read_string4 read_stringnl read_stringnl_noescape
            read_stringnl_noescape_pair read_uint1 read_uint2 read_uint4 read_uint8 read_unicodestring1 read_unicodestring4
            read_unicodestring8 read_unicodestringnl StackObject stackslice string1 string4 stringnl stringnl_noescape
            stringnl_noescape_pair uint1 uint2 uint4 uint8 unicodestring1 unicodestring4 unicodestring8 unicodestringnl
    """,
    "pyclbr": """
        plain: Class Function
        reading: _main readmodule readmodule_ex
    """,
    "symtable": """
        plain: CONSTANTS Class Function StrEnum Symbol SymbolTable SymbolTableFactory SymbolTableType symtable
        reading: main
    """,
    "tabnanny": """
        plain: errprint filename_only format_witnesses NannyNag verbose Whitespace
        reading: check main process_tokens
    """,
    "token": "plain: CONSTANTS EXACT_TOKEN_TYPES ISEOF ISNONTERMINAL ISTERMINAL tok_name",
    "tokenize": """
        plain: CONSTANTS any Binnumber blank_re Comment ContStr cookie_re Decnumber detect_encoding Double Double3 endpats
            EXACT_TOKEN_TYPES Expfloat Exponent Floatnumber Funny generate_tokens group Hexnumber Ignore Imagnumber Intnumber ISEOF
            ISNONTERMINAL ISTERMINAL lookup maybe Name Number Octnumber PlainToken Pointfloat PseudoExtras PseudoToken Single Single3
            single_quoted Special StopTokenizing String StringPrefix tabsize TextIOWrapper tok_name Token TokenError TokenInfo
            tokenize Triple triple_quoted untokenize Untokenizer Whitespace
        reading: _builtin_open main open
    """,
    "types": """
        plain: AsyncGeneratorType BuiltinFunctionType BuiltinMethodType CapsuleType CellType ClassMethodDescriptorType coroutine
            CoroutineType DynamicClassAttribute EllipsisType FrameType GeneratorType GenericAlias get_original_bases
            GetSetDescriptorType MappingProxyType MemberDescriptorType MethodDescriptorType MethodType MethodWrapperType ModuleType
            new_class NoneType NotImplementedType prepare_class resolve_bases SimpleNamespace TracebackType UnionType
            WrapperDescriptorType
        code: CodeType FunctionType LambdaType
    """,
    "typing": """
        plain: ABCMeta abstractmethod AbstractSet Annotated Any AnyStr assert_never assert_type AsyncContextManager AsyncGenerator
            AsyncIterable AsyncIterator Awaitable BinaryIO ByteString Callable cast ChainMap ClassVar clear_overloads Collection
            Concatenate Container ContextManager Coroutine Counter CT_co dataclass_transform DefaultDict defaultdict Deque Dict
            EXCLUDED_ATTRIBUTES Final final FrozenSet Generator Generic GenericAlias get_args get_origin get_overloads
            get_protocol_members Hashable IO io is_protocol is_typeddict ItemsView Iterable Iterator KeysView KT List Literal
            LiteralString Mapping MappingView Match MethodDescriptorType MethodWrapperType MutableMapping MutableSequence MutableSet
            NamedTuple NamedTupleMeta Never NewType no_type_check no_type_check_decorator NoDefault NoReturn NotRequired Optional
            OrderedDict overload override ParamSpec ParamSpecArgs ParamSpecKwargs Pattern Protocol re ReadOnly Required reveal_type
            Reversible runtime_checkable Self Sequence Set Sized SupportsAbs SupportsBytes SupportsComplex SupportsFloat SupportsIndex
            SupportsInt SupportsRound T T_co T_contra Text TextIO Tuple Type TYPE_CHECKING TypeAlias TypeAliasType TypedDict TypeGuard
            TypeIs TypeVar TypeVarTuple Union Unpack V_co ValuesView VT VT_co WrapperDescriptorType
        annotations: _eval_type ForwardRef get_type_hints
    """,
    "weakref": """
        plain: CallableProxyType finalize getweakrefcount getweakrefs KeyedRef proxy ProxyType ProxyTypes ref ReferenceType
            WeakKeyDictionary WeakMethod WeakSet WeakValueDictionary
    """,
}
