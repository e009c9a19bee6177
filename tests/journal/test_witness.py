"""A witness by c2sp.org/tlog-witness asked over real HTTP, and servers that are none."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from skillpod.errors import SkillpodError, WitnessDisagrees, WitnessUnusable
from skillpod.journal.key import generate
from skillpod.journal.tree.note import COSIGNATURE, Signature, VerifierKey
from skillpod.journal.witness import WitnessClient, request
from tests.journal.sealing import SmallLog
from tests.support.certificates import localhost
from tests.support.witness import WitnessState, cosignature, witnessing

LOG = SmallLog(20)
KEY = VerifierKey("witness.example/w1", COSIGNATURE, bytes(32))


@pytest.fixture
def state(tmp_path: Path) -> Path:
    directory = tmp_path / "witness"
    directory.mkdir()
    (directory / "logs").write_text(f"{LOG.key.verifier}\n")
    return directory


@pytest.fixture
def witness(state: Path) -> Iterator[tuple[str, VerifierKey]]:
    with witnessing(state) as running:
        yield running


def _asked(client: WitnessClient, log: SmallLog, *sizes: int) -> None:
    async def work() -> None:
        for size in sizes:
            signed = log.sealed(size)
            assert cosignature(signed.with_signatures(await client.cosign(signed, log.prove)), client._key)

    asyncio.run(work())


def test_the_request_is_the_specification_s() -> None:
    signed = LOG.sealed(3)
    assert request(1, [b"\0" * 32, b"\1" * 32], signed) == (
        b"old 1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n\n" + str(signed).encode()
    )


def test_a_log_that_only_grows_is_cosigned_each_time(witness: tuple[str, VerifierKey]) -> None:
    _asked(WitnessClient(*witness), LOG, 1, 2, 7, 7, 8, 20)


def test_a_client_that_was_started_anew_learns_what_the_witness_holds(witness: tuple[str, VerifierKey]) -> None:
    _asked(WitnessClient(*witness), LOG, 7)
    for size in (7, 12):
        _asked(WitnessClient(*witness), LOG, size)


def test_a_witness_that_was_started_anew_still_holds_it(state: Path) -> None:
    with witnessing(state) as running:
        _asked(WitnessClient(*running), LOG, 12)
    with witnessing(state) as again:
        assert again[1] == running[1]
        with pytest.raises(WitnessDisagrees):
            _asked(WitnessClient(*again), LOG, 7)
        _asked(WitnessClient(*again), LOG, 13)


@pytest.mark.parametrize("is_new", [False, True], ids=["that knows what it holds", "started anew"])
@pytest.mark.parametrize("changed", [1, 12])
@pytest.mark.parametrize("size", [12, 13, 20])
def test_a_log_that_was_written_anew_with_its_own_key_is_refused(
    witness: tuple[str, VerifierKey], size: int, changed: int, is_new: bool
) -> None:
    client = WitnessClient(*witness)
    _asked(client, LOG, 12)
    forged = SmallLog(20, key=LOG.key, changed=changed)
    with pytest.raises(WitnessDisagrees, match="cosigned the first 12 entries, and this log has others in their place"):
        _asked(WitnessClient(*witness) if is_new else client, forged, size)
    _asked(client, LOG, 13)


def test_a_log_that_was_cut_is_refused(witness: tuple[str, VerifierKey]) -> None:
    _asked(WitnessClient(*witness), LOG, 12)
    with pytest.raises(WitnessDisagrees, match="has cosigned 12 entries of this log, and there are 11"):
        _asked(WitnessClient(*witness), LOG, 11)


def test_a_log_it_does_not_know_is_told_apart_from_a_key_it_does_not_know(witness: tuple[str, VerifierKey]) -> None:
    with pytest.raises(WitnessUnusable, match=r"does not cosign \(HTTP 404\)") as unknown:
        _asked(WitnessClient(*witness), SmallLog(3, origin="skillpod/another"), 3)
    assert "skillpod log key" in unknown.value.hint
    with pytest.raises(WitnessUnusable, match=r"does not cosign \(HTTP 403\)"):
        _asked(WitnessClient(*witness), SmallLog(3, key=generate(LOG.key.verifier.name)), 3)


def test_a_signature_of_another_witness_is_none(witness: tuple[str, VerifierKey]) -> None:
    with pytest.raises(WitnessUnusable, match="did not sign with the key"):
        _asked(WitnessClient(witness[0], KEY), LOG, 3)


# --- servers that are none ---------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def _answering(*answers: bytes, context: ssl.SSLContext | None = None) -> AsyncIterator[tuple[int, list[bytes]]]:
    """A server that answers each connection with the next of these bytes, whatever it is asked."""
    rest, asked = list(answers), list[bytes]()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0])
        asked.append(await reader.readexactly(length))
        writer.write(rest.pop(0))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1], asked


def _http(status: int, body: bytes) -> bytes:
    return b"HTTP/1.1 %d Said\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body)


def _refusal(*answers: bytes) -> SkillpodError:
    async def work() -> None:
        async with _answering(*answers) as (port, _asked):
            await WitnessClient(f"http://127.0.0.1:{port}", KEY).cosign(LOG.sealed(9), LOG.prove)

    with pytest.raises((WitnessUnusable, WitnessDisagrees)) as caught:
        asyncio.run(work())
    return caught.value


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (_http(200, b""), "something else than signatures"),
        (_http(200, b"\xe2\x80\x94 witness.example/w1 AAAA\n"), "something else than signatures"),
        (_http(200, "\N{EM DASH} other AAAAAAAA\n".encode()), "did not sign with the key"),
        (_http(200, b"x" * 100_000), "something else than signatures"),
        (_http(302, b""), "does not cosign (HTTP 302)"),
        (_http(409, b"12 entries\n"), "does not cosign (HTTP 409)"),
        (_http(500, b"9\n"), "does not cosign (HTTP 500)"),
        (b"SSH-2.0-OpenSSH_9.9\r\n\r\n", "no HTTP"),
        (b"", "no HTTP"),
    ],
)
def test_an_answer_that_is_none_is_told(answer: bytes, said: str) -> None:
    fault = _refusal(answer)
    assert said in fault.message
    assert isinstance(fault, WitnessUnusable)


def test_of_an_answer_one_signature_of_the_witness_s_key_counts_and_no_other(tmp_path: Path) -> None:
    signed = LOG.sealed(9)
    chosen, other = (WitnessState(tmp_path, Ed25519PrivateKey.generate()) for _ in range(2))
    lines = [state.signature(signed.note.text, when=when) for state, when in ((chosen, 1), (other, 2), (chosen, 3))]

    async def work() -> tuple[Signature, ...]:
        async with _answering(_http(200, "".join(map(str, lines)).encode())) as (port, _asked):
            return await WitnessClient(f"http://127.0.0.1:{port}", chosen.verifier).cosign(signed, LOG.prove)

    assert asyncio.run(work()) == (lines[2],)


def test_a_signature_over_another_checkpoint_is_none(tmp_path: Path) -> None:
    state = WitnessState(tmp_path, Ed25519PrivateKey.generate())

    async def work() -> None:
        answer = _http(200, str(state.signature(LOG.sealed(8).note.text, when=1)).encode())
        async with _answering(answer) as (port, _asked):
            await WitnessClient(f"http://127.0.0.1:{port}", state.verifier).cosign(LOG.sealed(9), LOG.prove)

    with pytest.raises(WitnessUnusable, match="did not sign with the key"):
        asyncio.run(work())


def test_a_signature_over_more_than_was_asked_is_none(tmp_path: Path) -> None:
    """A text of its own before its signature: the note is whole, and its signature is over another text than the log's."""
    state = WitnessState(tmp_path, Ed25519PrivateKey.generate())
    signed = LOG.sealed(9)
    more = "more of it\n"
    text = f"{signed.note.text}\n{more}"
    body = f"{more}\n{state.signature(text, when=1)}"

    async def work() -> None:
        async with _answering(_http(200, body.encode())) as (port, _asked):
            await WitnessClient(f"http://127.0.0.1:{port}", state.verifier).cosign(signed, LOG.prove)

    with pytest.raises(WitnessUnusable, match="did not sign with the key"):
        asyncio.run(work())


def test_one_that_never_agrees_with_itself_is_asked_twice_and_no_more() -> None:
    fault = _refusal(_http(409, b"4\n"), _http(409, b"5\n"))
    assert "does not cosign (HTTP 409)" in fault.message


def test_the_second_request_begins_where_the_witness_says() -> None:
    async def work() -> list[bytes]:
        async with _answering(_http(409, b"4\n"), _http(500, b"")) as (port, asked):
            with pytest.raises(WitnessUnusable):
                await WitnessClient(f"http://127.0.0.1:{port}/", KEY).cosign(LOG.sealed(9), LOG.prove)
            return asked

    first, second = asyncio.run(work())
    assert first == request(0, [], LOG.sealed(9))
    assert second == request(4, asyncio.run(LOG.prove(4, LOG.sealed(9))), LOG.sealed(9))


def test_nobody_at_the_address_is_told() -> None:
    with pytest.raises(WitnessUnusable, match="can't be asked"):
        asyncio.run(WitnessClient("http://127.0.0.1:1", KEY).cosign(LOG.sealed(9), LOG.prove))


def test_a_witness_that_never_answers_holds_nobody_who_stops_waiting() -> None:
    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()  # until the other side goes
        writer.close()

    async def work() -> None:
        async with await asyncio.start_server(hang, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2):
                    await WitnessClient(f"http://127.0.0.1:{port}", KEY).cosign(LOG.sealed(9), LOG.prove)

    asyncio.run(asyncio.wait_for(work(), 10))


def test_over_https_a_certificate_must_be_of_an_authority_that_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context, authority = localhost(tmp_path)

    async def work() -> str:
        async with _answering(_http(500, b""), context=context) as (port, _asked):
            with pytest.raises(WitnessUnusable) as caught:
                await WitnessClient(f"https://localhost:{port}", KEY).cosign(LOG.sealed(9), LOG.prove)
            return caught.value.message

    assert "CERTIFICATE_VERIFY_FAILED" in asyncio.run(work())
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    assert "HTTP 500" in asyncio.run(work())
