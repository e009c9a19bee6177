"""Members of the modules that deal with the process: threads, events, logging, time, the operating system."""

from __future__ import annotations

MEMBERS: dict[str, str] = {
    "asyncio": """
        plain: CONSTANTS AbstractEventLoop AbstractEventLoopPolicy AbstractServer all_tasks as_completed Barrier BaseEventLoop
            BaseProtocol BaseTransport BoundedSemaphore BrokenBarrierError BufferedProtocol CancelledError Condition
            create_eager_task_factory create_task current_task DatagramProtocol DatagramTransport DefaultEventLoopPolicy
            eager_task_factory ensure_future Event EventLoop Future gather get_event_loop get_event_loop_policy get_running_loop
            Handle IncompleteReadError InvalidStateError IocpProactor iscoroutine iscoroutinefunction isfuture LifoQueue
            LimitOverrunError Lock new_event_loop PriorityQueue ProactorEventLoop Protocol Queue QueueEmpty QueueFull QueueShutDown
            ReadTransport run run_coroutine_threadsafe Runner SelectorEventLoop Semaphore SendfileNotAvailableError Server
            set_event_loop set_event_loop_policy shield sleep StreamReader StreamReaderProtocol StreamWriter Task TaskGroup Timeout
            timeout timeout_at TimeoutError TimerHandle to_thread Transport wait wait_for WindowsProactorEventLoopPolicy
            WindowsSelectorEventLoopPolicy wrap_future WriteTransport
        network: open_connection open_unix_connection start_server start_unix_server
        programs: AbstractChildWatcher create_subprocess_exec create_subprocess_shell FastChildWatcher get_child_watcher
            MultiLoopChildWatcher PidfdChildWatcher SafeChildWatcher set_child_watcher SubprocessProtocol SubprocessTransport
            ThreadedChildWatcher
    """,
    "asyncio.base_events": "plain: BaseEventLoop logger MAXIMUM_SELECT_TIMEOUT Server",
    "asyncio.base_futures": "plain: get_ident isfuture",
    "asyncio.base_tasks": "",
    "asyncio.constants": "plain: CONSTANTS",
    "asyncio.coroutines": "plain: iscoroutine iscoroutinefunction",
    "asyncio.events": """
        plain: AbstractEventLoop AbstractEventLoopPolicy AbstractServer BaseDefaultEventLoopPolicy get_event_loop
            get_event_loop_policy get_running_loop Handle new_event_loop on_fork set_event_loop set_event_loop_policy TimerHandle
        programs: get_child_watcher set_child_watcher
    """,
    "asyncio.exceptions": """
        plain: BrokenBarrierError CancelledError IncompleteReadError InvalidStateError LimitOverrunError SendfileNotAvailableError
            TimeoutError
    """,
    "asyncio.format_helpers": "plain: extract_stack",
    "asyncio.futures": "plain: Future GenericAlias isfuture STACK_DEBUG wrap_future",
    "asyncio.locks": "plain: Barrier BoundedSemaphore Condition Event Lock Semaphore",
    "asyncio.log": "plain: logger",
    "asyncio.mixins": "",
    "asyncio.proactor_events": "plain: BaseProactorEventLoop logger",
    "asyncio.protocols": """
        plain: BaseProtocol BufferedProtocol DatagramProtocol Protocol
        programs: SubprocessProtocol
    """,
    "asyncio.queues": "plain: GenericAlias LifoQueue PriorityQueue Queue QueueEmpty QueueFull QueueShutDown",
    "asyncio.runners": "plain: run Runner",
    "asyncio.staggered": "plain: staggered_race",
    "asyncio.streams": """
        plain: FlowControlMixin logger sleep StreamReader StreamReaderProtocol StreamWriter
        network: open_connection open_unix_connection start_server start_unix_server
    """,
    "asyncio.taskgroups": "plain: TaskGroup",
    "asyncio.tasks": """
        plain: CONSTANTS all_tasks as_completed create_eager_task_factory create_task current_task eager_task_factory ensure_future
            gather GenericAlias run_coroutine_threadsafe shield sleep Task wait wait_for
    """,
    "asyncio.threads": "plain: to_thread",
    "asyncio.timeouts": "plain: final Optional Timeout timeout timeout_at TracebackType Type",
    "asyncio.transports": """
        plain: BaseTransport DatagramTransport ReadTransport Transport WriteTransport
        programs: SubprocessTransport
    """,
    "concurrent": "",
    "concurrent.futures": """
        plain: CONSTANTS as_completed BrokenExecutor CancelledError Executor Future InvalidStateError ThreadPoolExecutor TimeoutError
            wait
        programs: ProcessPoolExecutor
    """,
    "concurrent.futures.thread": "plain: BrokenThreadPool ThreadPoolExecutor",
    "logging": """
        plain: CONSTANTS addLevelName BufferingFormatter captureWarnings critical debug disable error exception fatal Filter Filterer
            Formatter GenericAlias getHandlerByName getHandlerNames getLevelName getLevelNamesMapping getLogger getLoggerClass
            getLogRecordFactory Handler info lastResort log logAsyncioTasks Logger LoggerAdapter logMultiprocessing logProcesses
            LogRecord logThreads makeLogRecord Manager NullHandler PercentStyle PlaceHolder raiseExceptions root RootLogger
            setLoggerClass setLogRecordFactory shutdown StreamHandler StrFormatStyle StringTemplateStyle Template warn warning
        files: basicConfig FileHandler
        insides: currentframe
    """,
    "logging.handlers": """
        plain: CONSTANTS BufferingHandler MemoryHandler QueueHandler QueueListener
        files: BaseRotatingHandler RotatingFileHandler TimedRotatingFileHandler WatchedFileHandler
        network: DatagramHandler HTTPHandler SMTPHandler SocketHandler SysLogHandler
        system: NTEventLogHandler
    """,
    "os": """
        plain: CONSTANTS altsep confstr confstr_names cpu_count curdir defpath device_encoding devnull DirEntry error extsep fpathconf
            fsdecode fsencode fspath GenericAlias get_terminal_size getcwd getcwdb getegid geteuid getgid getgrouplist getgroups
            getloadavg getpgid getpgrp getpid getppid getpriority getrandom getresgid getresuid getsid getuid linesep major makedev
            Mapping minor MutableMapping name pardir pathconf pathconf_names PathLike pathsep process_cpu_count sched_get_priority_max
            sched_get_priority_min sched_getaffinity sched_getparam sched_getscheduler sched_param sched_rr_get_interval sched_yield
            sep stat_result statvfs_result strerror supports_bytes_environ sysconf sysconf_names terminal_size times times_result
            uname_result urandom waitid_result
            waitstatus_to_exitcode WCOREDUMP WEXITSTATUS WIFCONTINUED WIFEXITED WIFSIGNALED WIFSTOPPED WSTOPSIG WTERMSIG
        insides: supports_dir_fd supports_effective_ids supports_fd supports_follow_symlinks
        reading: access fstat fstatvfs fwalk get_blocking get_inheritable getxattr isatty listdir listdrives listmounts listvolumes
            listxattr lstat pread preadv read readlink readv scandir stat statvfs walk
        files: chdir chflags chmod close copy_file_range fchdir fchmod fdatasync fdopen fsync ftruncate lchflags lchmod link lockf
            lseek makedirs memfd_create mkdir open pipe pipe2 posix_fadvise posix_fallocate pwrite pwritev remove removedirs
            removexattr rename renames replace rmdir setxattr symlink sync truncate unlink utime write writev
        environment: environ environb get_exec_path getenv getenvb
        machine: getlogin uname
        programs: execl execle execlp execlpe execv execve execvp execvpe fork forkpty pidfd_open popen posix_spawn posix_spawnp
            spawnl spawnle spawnlp spawnlpe spawnv spawnve spawnvp spawnvpe startfile system
        native: add_dll_directory
        hooks: register_at_fork
        system: abort chown chroot closerange ctermid dup dup2 eventfd eventfd_read eventfd_write _exit fchown get_handle_inheritable
            grantpt initgroups kill killpg lchown login_tty mkfifo mknod nice openpty posix_openpt ptsname putenv sched_setaffinity
            sched_setparam sched_setscheduler sendfile set_blocking set_handle_inheritable set_inheritable setegid seteuid setgid
            setgroups setns setpgid setpgrp setpriority setregid setresgid setresuid setreuid setsid setuid splice tcgetpgrp tcsetpgrp
            timerfd_create timerfd_gettime timerfd_gettime_ns timerfd_settime timerfd_settime_ns ttyname umask unlockpt unsetenv
            unshare wait wait3 wait4 waitid waitpid
    """,
    "platform": """
        plain: AndroidVer IOSVersionInfo java_ver machine python_branch python_build python_compiler python_implementation
            python_revision python_version python_version_tuple release system system_alias uname_result version win32_is_iot
        reading: android_ver freedesktop_os_release ios_ver libc_ver mac_ver win32_edition win32_ver
        machine: architecture node platform processor uname
        programs: _Processor _syscmd_file _syscmd_ver
    """,
    "queue": "plain: deque Empty Full heappop heappush LifoQueue PriorityQueue Queue ShutDown SimpleQueue time",
    "sched": "plain: count Event namedtuple scheduler",
    "signal": """
        plain: CONSTANTS default_int_handler getitimer getsignal Handlers ItimerError Sigmasks Signals sigpending strsignal
            struct_siginfo valid_signals
        hooks: alarm pause pthread_sigmask set_wakeup_fd setitimer siginterrupt signal sigtimedwait sigwait sigwaitinfo
        system: pidfd_send_signal pthread_kill raise_signal
    """,
    "subprocess": "plain: CalledProcessError list2cmdline SubprocessError TimeoutExpired",
    "sys": """
        plain: abiflags api_version argv base_exec_prefix base_prefix builtin_module_names byteorder copyright dont_write_bytecode
            exc_info exception exec_prefix executable exit flags float_info float_repr_style get_asyncgen_hooks
            get_coroutine_origin_tracking_depth get_int_max_str_digits getallocatedblocks getandroidapilevel getdefaultencoding
            getdlopenflags getfilesystemencodeerrors getfilesystemencoding getprofile getrecursionlimit getrefcount getsizeof
            getswitchinterval gettotalrefcount gettrace getunicodeinternedsize getwindowsversion hash_info hexversion implementation
            int_info intern is_finalizing _is_gil_enabled _is_interned is_stack_trampoline_active maxsize maxunicode orig_argv
            platform platlibdir prefix ps1 ps2 __stderr__ stderr __stdin__ stdin stdlib_module_names __stdout__ stdout thread_info
            tracebacklimit UnraisableHookArgs version version_info warnoptions winver
        native: dllhandle _framework _home
        loader: meta_path modules path path_hooks path_importer_cache pycache_prefix _xoptions
        hooks: activate_stack_trampoline addaudithook audit __breakpointhook__ breakpointhook call_tracing _clear_internal_caches
            _clear_type_cache deactivate_stack_trampoline _debugmallocstats __displayhook__ displayhook __excepthook__ excepthook
            __interactivehook__ monitoring set_asyncgen_hooks set_coroutine_origin_tracking_depth set_int_max_str_digits
            setdlopenflags setprofile setrecursionlimit setswitchinterval settrace __unraisablehook__ unraisablehook
        insides: _current_exceptions _current_frames _getframe _getframemodulename last_exc last_traceback last_type last_value
    """,
    "sysconfig": "plain: get_path_names get_platform get_python_version get_scheme_names",
    "threading": """
        plain: active_count activeCount Barrier BoundedSemaphore BrokenBarrierError Condition current_thread currentThread enumerate
            Event ExceptHookArgs get_ident get_native_id getprofile gettrace local Lock main_thread RLock Semaphore stack_size Thread
            ThreadError TIMEOUT_MAX Timer WeakSet
        hooks: __excepthook__ excepthook setprofile setprofile_all_threads settrace settrace_all_threads _shutdown
    """,
    "time": """
        plain: CONSTANTS altzone asctime clock_getres clock_gettime clock_gettime_ns ctime daylight get_clock_info gmtime localtime
            mktime monotonic monotonic_ns perf_counter perf_counter_ns process_time process_time_ns pthread_getcpuclockid sleep
            strftime strptime struct_time thread_time thread_time_ns time time_ns timezone tzname
        system: clock_settime clock_settime_ns tzset
    """,
    "timeit": """
        plain: default_number default_repeat default_timer
        code: dummy_src_name main reindent repeat template timeit Timer
    """,
    "traceback": """
        plain: ANSIColors BUILTIN_EXCEPTION_LIMIT clear_frames extract_stack extract_tb format_exc format_exception
            format_exception_only format_list format_stack format_tb FrameSummary print_exc print_exception print_last print_list
            print_stack print_tb StackSummary suppress TracebackException
        insides: walk_stack walk_tb
    """,
    "tracemalloc": """
        plain: BaseFilter clear_traces DomainFilter Filter Frame get_object_traceback get_traceback_limit get_traced_memory
            get_tracemalloc_memory is_tracing Iterable reset_peak Sequence start Statistic StatisticDiff stop total_ordering Trace
            Traceback
        data_as_code: Snapshot take_snapshot
    """,
    "unittest": """
        plain: addModuleCleanup BaseTestSuite doModuleCleanups enterModuleContext expectedFailure FunctionTestCase
            IsolatedAsyncioTestCase skip skipIf SkipTest skipUnless TestCase TestResult TestSuite TextTestResult TextTestRunner
        code: defaultTestLoader findTestCases getTestCaseNames load_tests main makeSuite TestLoader TestProgram
        hooks: installHandler registerResult removeHandler removeResult
    """,
    "unittest.async_case": "plain: IsolatedAsyncioTestCase TestCase",
    "unittest.case": """
        plain: addModuleCleanup DIFF_OMITTED doModuleCleanups enterModuleContext expectedFailure FunctionTestCase safe_repr skip
            skipIf SkipTest skipUnless strclass TestCase
    """,
    "unittest.result": "plain: failfast STDERR_LINE STDOUT_LINE TestResult wraps",
    "unittest.runner": """
        plain: TextTestResult TextTestRunner
        hooks: registerResult
    """,
    "unittest.suite": "plain: BaseTestSuite TestSuite",
    "unittest.util": """
        plain: commonprefix Counter namedtuple safe_repr sorted_list_difference strclass three_way_cmp unorderable_list_difference
    """,
    "warnings": """
        plain: catch_warnings defaultaction deprecated filters filterwarnings formatwarning onceregistry resetwarnings showwarning
            simplefilter warn warn_explicit WarningMessage
        loader: _getcategory
    """,
}
