"""What the one network client makes of a server's codes: which answers are asked again, which files are not there, what is an error."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pdqlite.cli.http import Mirror, TransferError, ask_witness

Answers = dict[bytes, tuple[int, bytes]]
CODES = (400, 401, 402, 403, 404, 405, 408, 409, 410, 411, 422, 500, 503)


@contextmanager
def server(answers: Answers) -> Iterator[tuple[str, list[bytes]]]:
    """A server that gives each body (of a GET: each path) its answer; yields its address and what it was asked."""
    asked: list[bytes] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.answer(self.rfile.read(int(self.headers["Content-Length"])))

        def do_GET(self) -> None:
            self.answer(self.path.encode())

        def answer(self, what: bytes) -> None:
            asked.append(what)
            code, body = answers[what]
            self.send_response(code)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as serving:
        threading.Thread(target=serving.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{serving.server_port}/", asked
        serving.shutdown()


def request(size: int) -> bytes:
    return b"from %d" % size


@pytest.mark.parametrize("code", CODES)
def test_only_a_conflict_is_asked_again(code: int) -> None:
    """C2SP tlog-witness: 409, and the size that the witness last saw. No other code says how many leaves it knows."""
    with server({b"from 0": (code, b"17\n"), b"from 17": (200, b"signed")}) as (url, asked):
        if code == 409:
            assert ask_witness(url, request) == b"signed" and asked == [b"from 0", b"from 17"]
            return
        with pytest.raises(TransferError, match=str(code)) as caught:
            ask_witness(url, request)
        assert caught.value.code == code and asked == [b"from 0"]


@pytest.mark.parametrize(("body", "again"), [
    (b"0", b"from 0"), (b"9" * 16, b"from 9999999999999999"), (b"9" * 17, None), (b"", None), (b"-1", None), (b"1 2", None),
    (b"seventeen", None), (b"\xff", None),
])  # fmt: skip
def test_a_conflict_says_a_size(body: bytes, again: bytes | None) -> None:
    answers: Answers = {b"from 0": (409, body)}
    if again and again != b"from 0":
        answers[again] = (200, b"signed")
    with server(answers) as (url, asked):
        if len(answers) == 2:
            assert ask_witness(url, request) == b"signed"
        else:
            with pytest.raises(TransferError):
                ask_witness(url, request)
        assert asked == [b"from 0", again] if again else asked == [b"from 0"]


def test_a_witness_that_goes_on_refusing_is_asked_twice() -> None:
    with server({b"from 0": (409, b"5"), b"from 5": (409, b"0")}) as (url, asked):
        with pytest.raises(TransferError, match="409"):
            ask_witness(url, request)
        assert asked == [b"from 0", b"from 5"]


def test_what_a_mirror_does_not_have_and_what_it_fails_to_give() -> None:
    """403, 404 and 410 are a file that is not there; anything else is an error, whoever asks; each file is asked for once."""
    with (
        server({b"/%d" % code: (code, b"") for code in CODES} | {b"/there": (200, b"bytes")}) as (url, asked),
        Mirror(url) as mirror,
    ):
        for code in CODES:
            with pytest.raises(FileNotFoundError if code in (403, 404, 410) else TransferError):
                mirror.open(str(code))
        with mirror.open("there") as stream:
            assert stream.read() == b"bytes" and mirror.size("there") == 5
        for code in (403, 404, 410):
            with pytest.raises(FileNotFoundError):
                mirror.size(str(code))
        assert len(asked) == len(CODES) + 1
