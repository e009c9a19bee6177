"""The filter's program, run on a BPF machine of the test's own, for both architectures; behind the real kernel it is tests/escapes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from skillpod.errors import IsolationUnavailable
from skillpod.resources import packaged_text
from skillpod.sandbox.seccomp import ALLOW, AUDIT_ARCH, ERRNO, KILL_PROCESS, TELL, Filter, build, for_programs, for_reaching
from tests.support.bpf import answer, strictest

TABLE = json.loads(packaged_text("sandbox/seccomp.json"))
ROWS = {row["name"]: row for row in (*TABLE["allow"], *TABLE["refuse"])}
EPERM, ENOSYS = ERRNO | 1, ERRNO | 38
OWN_PID = 4711

ARCHITECTURES = pytest.mark.parametrize("architecture", sorted(AUDIT_ARCH))


def ask(architecture: str, name: str, *arguments: int) -> int:
    return ask_number(architecture, ROWS[name][architecture], *arguments)


def ask_number(architecture: str, number: int, *arguments: int) -> int:
    """What both filters of a guest answer together, with nobody who is told, where other's files are within its reach."""
    built = build(architecture)
    worn_together = (built.zygote, built.among_others)
    return strictest(answer(worn(made), number, *arguments, architecture=AUDIT_ARCH[architecture]) for made in worn_together)


def worn(made: Filter) -> bytes:
    """As the guest OWN_PID puts it on."""
    program = bytearray(made.program)
    for offset in made.own_pid:
        program[offset : offset + 4] = OWN_PID.to_bytes(4, "little")
    return bytes(program)


@ARCHITECTURES
def test_every_row_is_answered_as_the_table_says(architecture: str) -> None:
    for row in TABLE["allow"]:
        if row[architecture] is not None and "when" not in row:
            assert ask(architecture, row["name"]) == ALLOW, row["name"]
    for row in TABLE["refuse"]:
        if row[architecture] is not None:
            assert ask(architecture, row["name"]) in (EPERM, ENOSYS, ERRNO | 95), row["name"]


@ARCHITECTURES
def test_a_number_nobody_listed_is_refused(architecture: str) -> None:
    listed = {row[architecture] for row in ROWS.values()}
    last = TABLE["last_known"][architecture]
    for number in set(range(last + 1)) - listed:
        assert ask_number(architecture, number) == EPERM, number


@ARCHITECTURES
def test_a_number_newer_than_the_table_is_said_not_to_exist(architecture: str) -> None:
    last = TABLE["last_known"][architecture]
    assert {ask_number(architecture, number) for number in (last + 1, last + 2, last + 500, 0x3FFFFFFF)} == {ENOSYS}


@ARCHITECTURES
def test_a_foreign_architecture_or_x32_kills(architecture: str) -> None:
    built = build(architecture)
    for foreign in (0x40000003, 0x40000028, 0xC00000F3, *(set(AUDIT_ARCH.values()) - {AUDIT_ARCH[architecture]})):
        for made in (built.zygote, built.told, built.guest):
            assert answer(made.program, 0, architecture=foreign) == KILL_PROCESS
    assert ask_number(architecture, 0x40000000) == KILL_PROCESS
    assert ask_number(architecture, 0x40000000 | 59) == KILL_PROCESS
    assert ask_number(architecture, 0xFFFFFFFF) == KILL_PROCESS


PTHREAD = 0x3D0F00
SIGCHLD = 17


@ARCHITECTURES
def test_clone_makes_threads_and_nothing_else(architecture: str) -> None:
    assert ask(architecture, "clone", PTHREAD) == ALLOW
    assert ask(architecture, "clone", PTHREAD | 0x400000) == ALLOW  # musl's CLONE_DETACHED
    namespaces = (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000)
    for flags in (0, SIGCHLD, SIGCHLD | 0x1200000, PTHREAD & ~0x10000, PTHREAD | 0x4000, *(PTHREAD | flag for flag in namespaces)):
        assert ask(architecture, "clone", flags) == EPERM, hex(flags)
    assert ask(architecture, "clone3", 0, 88) == ENOSYS


@ARCHITECTURES
def test_socketpair_makes_local_streams_and_nothing_else(architecture: str) -> None:
    stream, datagram, cloexec, nonblock = 1, 2, 0o2000000, 0o4000
    assert ask(architecture, "socketpair", 1, stream) == ALLOW
    assert ask(architecture, "socketpair", 1, stream | cloexec | nonblock) == ALLOW
    for domain, kind in ((1, datagram), (1, 5), (1, 3), (2, stream), (10, stream), (16, stream), (40, stream), (1, stream | 1 << 20)):
        assert ask(architecture, "socketpair", domain, kind) == EPERM


@ARCHITECTURES
def test_ioctl_takes_a_list_of_commands_whatever_the_high_bits_say(architecture: str) -> None:
    fionread, tiocsti, tiocsctty = 0x541B, 0x5412, 0x540E
    assert ask(architecture, "ioctl", 0, fionread) == ALLOW
    assert ask(architecture, "ioctl", 0, fionread | 1 << 40) == ALLOW  # the kernel cuts the command to 32 bits
    for command in (tiocsti, tiocsctty, tiocsti | fionread << 32, 0xAE01, 0):
        assert ask(architecture, "ioctl", 0, command) == EPERM


@ARCHITECTURES
def test_limits_can_be_read_and_not_set(architecture: str) -> None:
    assert ask(architecture, "prlimit64", 0, 7, 0, 0x7FFF0000) == ALLOW
    for process, new in ((0, 0x7FFF0000), (0, 1 << 32), (1, 0), (OWN_PID, 0)):
        assert ask(architecture, "prlimit64", process, 7, new) == EPERM


@ARCHITECTURES
def test_a_signal_goes_to_the_guests_own_threads_only(architecture: str) -> None:
    assert ask(architecture, "tgkill", OWN_PID, OWN_PID + 3, 6) == ALLOW
    for process in (1, OWN_PID - 1, OWN_PID + 1, -1, 0):
        assert ask(architecture, "tgkill", process, 1, 9) == EPERM


@ARCHITECTURES
def test_prctl_names_threads_and_nothing_else(architecture: str) -> None:
    assert {option for option in range(80) if ask(architecture, "prctl", option) == ALLOW} == {15, 16}


@ARCHITECTURES
def test_out_of_band_data_fast_open_and_zero_copy_are_refused(architecture: str) -> None:
    nosignal, dontwait, peek, waitall = 0x4000, 0x40, 0x2, 0x100
    assert ask(architecture, "sendto", 3, 0, 5, nosignal | dontwait) == ALLOW
    assert ask(architecture, "recvfrom", 3, 0, 5, peek | waitall) == ALLOW
    for flag in (0x1, 0x20000000, 0x4000000, nosignal | 0x1):
        assert ask(architecture, "sendto", 3, 0, 5, flag) == EPERM
    assert ask(architecture, "recvfrom", 3, 0, 5, 0x1) == EPERM
    assert ask(architecture, "sendmsg", 3) == ask(architecture, "recvmsg", 3) == EPERM


@ARCHITECTURES
def test_a_guest_gets_no_handle_on_the_process_at_the_other_end(architecture: str) -> None:
    sol_socket, so_type, so_peercred, so_peerpidfd = 1, 3, 17, 77
    assert ask(architecture, "getsockopt", 3, sol_socket, so_type) == ALLOW
    for level, option in ((sol_socket, so_peercred), (sol_socket, so_peerpidfd), (6, so_type), (0, 64)):
        assert ask(architecture, "getsockopt", 3, level, option) == EPERM


@ARCHITECTURES
def test_locks_without_priority_inheritance(architecture: str) -> None:
    private, realtime = 128, 256
    allowed = {operation for operation in range(14) if ask(architecture, "futex", 0, operation | private | realtime) == ALLOW}
    assert allowed == {0, 1, 3, 4, 5, 9, 10}
    assert ask(architecture, "futex", 0, 1 << 9) == EPERM


@ARCHITECTURES
def test_memory_advice_that_concerns_others_is_refused(architecture: str) -> None:
    mergeable, soft_offline, dont_need = 12, 101, 4
    assert ask(architecture, "madvise", 0, 4096, dont_need) == ALLOW
    assert ask(architecture, "madvise", 0, 4096, mergeable) == ask(architecture, "madvise", 0, 4096, soft_offline) == EPERM


@ARCHITECTURES
def test_fcntl_can_not_send_signals_or_watch_directories(architecture: str) -> None:
    allowed = {command for command in range(1100) if ask(architecture, "fcntl", 0, command) == ALLOW}
    assert allowed == {0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030, 1032}


OPENED = [("open", 1), ("openat", 2)]
SETUID, SETGID, STICKY = 0o4000, 0o2000, 0o1000


@ARCHITECTURES
@pytest.mark.parametrize(("name", "flags_at"), OPENED)
def test_no_file_is_made_setuid_or_setgid(architecture: str, name: str, flags_at: int) -> None:
    if ROWS[name][architecture] is None:
        pytest.skip("not a call of this architecture")
    create, unnamed, write = 0o100, 0o20200000, 0o1

    def opens(flags: int, mode: int) -> int:
        return ask(architecture, name, *(0,) * flags_at, flags, mode)

    for flags in (create, create | write, unnamed | write, 0o20000000):
        assert opens(flags, 0o777) == opens(flags, 0o666 | STICKY) == ALLOW
        for mode in (SETUID, SETGID, SETUID | SETGID | 0o777, SETUID | 1 << 20):
            assert opens(flags, mode) == EPERM, (oct(flags), oct(mode))
        assert opens(flags, 0o644 | SETUID << 32) == ALLOW  # the kernel cuts the mode to 16 bits
    assert opens(write, SETUID | SETGID) == ALLOW  # nothing is made, and what is in that register means nothing


@ARCHITECTURES
@pytest.mark.parametrize(("name", "mode_at"), [("creat", 1), ("mkdir", 1), ("mkdirat", 2)])
def test_nothing_else_is_made_setuid_or_setgid(architecture: str, name: str, mode_at: int) -> None:
    if ROWS[name][architecture] is None:
        pytest.skip("not a call of this architecture")
    assert ask(architecture, name, *(0,) * mode_at, 0o1777) == ALLOW
    for mode in (SETUID, SETGID, 0o6755):
        assert ask(architecture, name, *(0,) * mode_at, mode) == EPERM


@ARCHITECTURES
def test_a_rename_leaves_no_device_behind(architecture: str) -> None:
    noreplace, exchange, whiteout = 1, 2, 4
    assert ask(architecture, "renameat2", 0, 0, 0, 0, 0) == ask(architecture, "renameat2", 0, 0, 0, 0, noreplace | exchange) == ALLOW
    assert ask(architecture, "renameat2", 0, 0, 0, 0, whiteout) == ask(architecture, "renameat2", 0, 0, 0, 0, whiteout | noreplace) == EPERM


def test_what_the_design_refuses_is_refused() -> None:
    names = """socket connect bind listen accept4 execve execveat fork vfork kill tkill ptrace process_vm_readv process_vm_writev mount
        umount2 pivot_root chroot unshare setns io_uring_setup bpf keyctl add_key memfd_create chmod fchmod fchmodat chown utimensat link
        linkat symlink symlinkat mknod setxattr userfaultfd perf_event_open seccomp pidfd_getfd pidfd_open open_by_handle_at init_module
        kexec_load setuid capset personality"""
    for name in names.split():
        for architecture in AUDIT_ARCH:
            if ROWS[name][architecture] is not None:
                assert ask(architecture, name) != ALLOW, name


def test_every_row_says_why() -> None:
    assert [row["name"] for row in ROWS.values() if len(row["why"]) < 10] == []


@pytest.mark.parametrize(
    ("architecture", "header"),
    [("x86_64", "/usr/include/x86_64-linux-gnu/asm/unistd_64.h"), ("aarch64", "/usr/include/asm-generic/unistd.h")],
)
def test_the_numbers_are_the_kernels(architecture: str, header: str) -> None:
    path = Path(header)
    if not path.exists():
        pytest.skip("needs the kernel's headers")
    numbers = _numbers(path.read_text())
    wrong: dict[str, Any] = {
        name: row[architecture] for name, row in ROWS.items() if row[architecture] != numbers.get(name, row[architecture])
    }
    assert wrong == {}
    assert sum(row[architecture] in numbers.values() for row in ROWS.values()) > 250


def _numbers(header: str) -> dict[str, int]:
    found = {name: int(number) for name, number in re.findall(r"#define\s+__NR(?:3264)?_(\w+)\s+(\d+)\s*$", header, re.MULTILINE)}
    if "fstatat" in found:  # what 64-bit machines call newfstatat
        found["newfstatat"] = found.pop("fstatat")
    return found


# --- the two filters, each for itself ----------------------------------------------------------------------------------------------


@ARCHITECTURES
def test_what_is_told_is_asked_of_the_listener_and_nothing_else_changes(architecture: str) -> None:
    built = build(architecture)
    for number in range(TABLE["last_known"][architecture] + 50):
        told, silent = (answer(made.program, number, architecture=AUDIT_ARCH[architecture]) for made in (built.told, built.zygote))
        assert told == silent or (told, silent) == (TELL, EPERM), number
    for row in (*TABLE["allow"], *TABLE["refuse"]):
        if row[architecture] is not None:
            said = answer(built.told.program, row[architecture], architecture=AUDIT_ARCH[architecture])
            assert (said == TELL) is bool(row.get("told")), row["name"]


@ARCHITECTURES
def test_no_guest_adds_a_refusal_that_would_silence_the_witness(architecture: str) -> None:
    built = build(architecture)
    for row in TABLE["refuse"]:
        if row.get("told") and row[architecture] is not None:
            assert answer(built.guest.program, row[architecture], architecture=AUDIT_ARCH[architecture]) == ALLOW, row["name"]


@ARCHITECTURES
def test_the_zygote_keeps_what_a_fork_needs_and_each_guest_loses_it(architecture: str) -> None:
    built = build(architecture)
    kept = [row for row in ROWS.values() if row.get("zygote") is True and row[architecture] is not None]
    assert {row["name"] for row in kept} >= {"clone", "unshare", "mount", "setresuid", "capset", "prctl", "sendmsg", "pidfd_open"}
    for row in kept:
        assert not row.get("told"), f"a zygote that calls {row['name']} would wait for the host to be refused"
        assert answer(built.zygote.program, row[architecture], architecture=AUDIT_ARCH[architecture]) == ALLOW, row["name"]
        senseless = (-1,) * 6
        assert answer(worn(built.guest), row[architecture], *senseless, architecture=AUDIT_ARCH[architecture]) == EPERM, row["name"]


@ARCHITECTURES
def test_the_zygote_itself_makes_no_socket_and_becomes_no_program(architecture: str) -> None:
    for name in ("socket", "connect", "execve", "ptrace", "io_uring_setup", "bpf", "keyctl", "setns", "pivot_root"):
        assert answer(build(architecture).zygote.program, ROWS[name][architecture], architecture=AUDIT_ARCH[architecture]) == EPERM


@ARCHITECTURES
def test_modes_and_times_of_files_are_a_guests_own_business_where_no_other_files_are(architecture: str) -> None:
    built = build(architecture)
    kernel = AUDIT_ARCH[architecture]
    for name, place in (("chmod", 1), ("fchmod", 1), ("fchmodat", 2), ("utimensat", None), ("utimes", None)):
        number = ROWS[name][architecture]
        if number is None:
            continue
        for mode in (0o644, 0o777, 0o4755, 0o2755, 0o6000):
            given = [0] * 6
            given[place or 0] = mode
            allowed = place is None or not mode & 0o6000
            own = strictest(answer(worn(made), number, *given, architecture=kernel) for made in (built.zygote, built.guest))
            assert own == (ALLOW if allowed else EPERM), (name, oct(mode))
            assert ask_number(architecture, number, *given) == EPERM, (name, oct(mode))
    differing = {
        number
        for number in range(TABLE["last_known"][architecture] + 50)
        if answer(worn(built.guest), number, architecture=kernel) != answer(worn(built.among_others), number, architecture=kernel)
    }
    assert differing == {row[architecture] for row in ROWS.values() if "own_files" in row} - {None}


@ARCHITECTURES
def test_what_a_fork_installs_is_short(architecture: str) -> None:
    """Its length is what each fork pays for: 190 us for 446 steps."""
    assert len(build(architecture).guest.program) // 8 < 100


@ARCHITECTURES
def test_a_guest_with_a_line_may_take_descriptors_from_it_and_is_else_answered_as_any_other(architecture: str) -> None:
    kernel, number = AUDIT_ARCH[architecture], ROWS["recvmsg"][architecture]
    plain, reaching = build(architecture), for_reaching(architecture)
    for one, other in ((plain.guest, reaching.guest), (plain.among_others, reaching.among_others)):
        answers = [
            [answer(worn(made), call, 4, 0, 0, architecture=kernel) for call in range(TABLE["last_known"][architecture] + 50)]
            for made in (one, other)
        ]
        differing = [call for call, both in enumerate(zip(*answers, strict=True)) if both[0] != both[1]]
        assert differing == [number]
        assert answer(worn(other), number, 4, architecture=kernel) == ALLOW
        for descriptor in (0, 3, 5, 6, 255, 0xFFFFFFFF):
            assert answer(worn(other), number, descriptor, architecture=kernel) == EPERM


# --- the two of a program ----------------------------------------------------------------------------------------------------------


def ask_as_a_program(architecture: str, name: str, *arguments: int) -> int:
    built = for_programs(architecture)
    number = ROWS[name][architecture]
    return strictest(
        answer(worn(made), number, *arguments, architecture=AUDIT_ARCH[architecture]) for made in (built.zygote, built.among_others)
    )


@ARCHITECTURES
def test_a_program_may_start_others_and_wait_for_them_and_signal_them(architecture: str) -> None:
    for name in ("execve", "wait4", "waitid", "kill", "tkill", "tgkill", "setsid", "setpgid", "pipe2", "dup3"):
        assert ask_as_a_program(architecture, name) == ALLOW, name
    fork, vfork, thread = SIGCHLD | 0x1200000, SIGCHLD | 0x4100, PTHREAD
    assert {ask_as_a_program(architecture, "clone", flags) for flags in (fork, vfork, thread)} == {ALLOW}


@ARCHITECTURES
def test_a_program_makes_no_namespace_and_no_sibling(architecture: str) -> None:
    namespaces = (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000)
    for flag in (*namespaces, 0x8000, 0x2000, 0x80):
        assert ask_as_a_program(architecture, "clone", SIGCHLD | flag) == EPERM, hex(flag)
    assert ask_as_a_program(architecture, "clone3", 0, 88) == ENOSYS


@ARCHITECTURES
def test_a_program_is_refused_all_else_that_a_guest_is_refused(architecture: str) -> None:
    for row in TABLE["refuse"]:
        if row[architecture] is not None and "program" not in row:
            assert ask_as_a_program(architecture, row["name"]) in (EPERM, ENOSYS, ERRNO | 95), row["name"]
    for number in {each[architecture] for each in ROWS.values() if each.get("zygote") and "program" not in each} - {None}:
        built = for_programs(architecture)
        assert answer(built.zygote.program, number, architecture=AUDIT_ARCH[architecture]) == ALLOW
        assert answer(worn(built.guest), number, *(-1,) * 6, architecture=AUDIT_ARCH[architecture]) == EPERM


@ARCHITECTURES
def test_a_program_sets_limits_of_its_own_and_of_no_other_process(architecture: str) -> None:
    assert ask_as_a_program(architecture, "prlimit64", 0, 7, 0x7FFF0000) == ALLOW
    assert ask_as_a_program(architecture, "prlimit64", 1, 7, 0x7FFF0000) == EPERM
    assert {option for option in range(80) if ask_as_a_program(architecture, "prctl", option) == ALLOW} == {1, 3, 4, 15, 16, 23, 39}


def test_a_machine_without_a_table_is_refused_by_name() -> None:
    with pytest.raises(IsolationUnavailable, match="riscv64") as refused:
        build("riscv64")
    assert refused.value.at == "seccomp"
    assert "x86_64" in refused.value.hint
