"""Processes that clean beside this one: threads would wait for one another's Python.

They clean batches while this one reads and writes, or do a whole piece of work each, as for the slices of a file.

A process is asked and answers over a socket of its own, in pieces of memory that have no name: what one writes, the
other maps. It ends when the other end is closed, in whatever way its parent ends; nothing is written to a disk.
"""

from __future__ import annotations

import mmap
import os
import pickle
import socket
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from queue import SimpleQueue
from threading import Event
from typing import Any, BinaryIO, TypeAlias, TypeVar, cast

import pyarrow as pa

from xacthuc.cleaning import Cleaned, SheetEvidence, clean_batch
from xacthuc.records import SheetLayout

Part: TypeAlias = tuple[pa.Table, SheetLayout]  # a RAW batch, and the sheet as understood up to its end
P = TypeVar("P")
A = TypeVar("A")

_WAITING = 1  # batches ready for the next process that is free


class CleanerLost(Exception):
    """A process that cleaned was ended from outside, or has crashed."""


@dataclass(frozen=True)
class _Process:
    running: subprocess.Popen[bytes]
    line: socket.socket


class Cleaners:
    """As many processes as asked for, started when first needed; leaving the block ends them.

    Without any, `clean` does the same in this process.
    """

    def __init__(self, count: int, *, tell: Callable[[list[Any]], None] = lambda _: None) -> None:
        """Start nothing yet; `tell` hears, in any thread, the answers of `spread` so far."""
        self._count = count
        self._tell = tell
        self._all: list[_Process] = []
        self._idle: SimpleQueue[_Process] = SimpleQueue()
        self._threads: ThreadPoolExecutor | None = None

    def __enter__(self) -> Cleaners:
        """Give itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the processes, whatever they are doing."""
        for process in self._all:
            process.running.kill()
        if self._threads is not None:
            self._threads.shutdown(cancel_futures=True)
        for process in self._all:
            process.line.close()
            process.running.wait()

    def start(self) -> None:
        """Start the processes, once; they get ready while this one goes on."""
        while len(self._all) < self._count:
            self._all.append(_start())
            self._idle.put(self._all[-1])

    def list_ids(self) -> list[int]:
        """Give the ids of the processes that were started."""
        return [process.running.pid for process in self._all]

    def clean(self, parts: Iterator[Part], *, evidence: SheetEvidence) -> Iterator[Cleaned]:
        """Clean batches of one sheet and give the answers in their order; few batches are held at once.

        What `clean_batch` raises is raised here; CleanerLost where a process has ended before its time.
        """
        if not self._count:
            for batch, layout in parts:
                yield clean_batch(batch, layout, evidence=evidence, distinct=True)
            return
        self.start()
        asked: deque[Future[Cleaned]] = deque()
        for batch, layout in parts:
            if sum(not answer.done() for answer in asked) < self._count + _WAITING:
                asked.append(self._get_threads().submit(self._ask, batch, layout, evidence))
            else:  # this process would wait: it cleans, too
                asked.append(_clean_here(batch, layout, evidence))
            while asked and (asked[0].done() or len(asked) > self._count + _WAITING + 1):
                yield asked.popleft().result()
        while asked:
            yield asked.popleft().result()

    def spread(self, work: Callable[[P], A], parts: Sequence[P], /) -> list[A]:
        """Do the work, a function of a module, for each part, here and in the processes; answers in the parts' order.

        What the work raises is raised here; CleanerLost where a process has ended before its time.
        """
        self.start()
        answers: dict[int, A] = {}
        places = iter(range(len(parts)))  # each thread takes the next
        failed = Event()

        def do_all(do: Callable[[P], A]) -> None:
            for at in places:
                if failed.is_set():
                    return
                try:
                    answers[at] = do(parts[at])
                except BaseException:
                    failed.set()
                    raise
                self._tell(list(answers.values()))

        helping = [self._get_threads().submit(do_all, partial(self._do, work)) for _ in range(self._count)]
        do_all(work)
        for helper in helping:
            helper.result()
        return [answers[at] for at in range(len(parts))]

    def _do(self, work: Callable[[P], A], part: P) -> A:
        (piece,) = self._exchange(pickle.dumps((work, part)))
        answer = pickle.loads(piece)
        if isinstance(answer, Exception):
            raise answer
        return cast(A, answer)

    def _ask(self, batch: pa.Table, layout: SheetLayout, evidence: SheetEvidence) -> Cleaned:
        answer = self._exchange(pickle.dumps((layout, evidence)), batch)
        if len(answer) == 1:
            raise pickle.loads(answer[0])
        return Cleaned(*map(_read_table, answer))

    def _get_threads(self) -> ThreadPoolExecutor:
        if self._threads is None:
            self._threads = ThreadPoolExecutor(self._count)
        return self._threads

    def _exchange(self, *contents: bytes | pa.Table) -> list[mmap.mmap]:
        process = self._idle.get()
        try:
            _send(process.line, *contents)
            return _receive(process.line)
        except (EOFError, OSError):
            raise CleanerLost("a process that cleans was ended") from None
        finally:
            self._idle.put(process)


def serve(handle: int) -> None:
    """Clean what comes over the socket `handle` until its other end is closed: what a process of Cleaners does."""
    use_system_memory()
    with socket.socket(fileno=handle) as line:
        while True:
            try:
                how, *batch = _receive(line)
                asked = pickle.loads(how)
                _send(line, *(_answer(_read_table(*batch), *asked) if batch else [_work(*asked)]))
            except (EOFError, ConnectionError):
                return


def use_system_memory() -> None:
    """Let Arrow take memory from the system's own allocator: its others give it back at once and fetch it anew."""
    pa.set_memory_pool(pa.system_memory_pool())


def _clean_here(batch: pa.Table, layout: SheetLayout, evidence: SheetEvidence) -> Future[Cleaned]:
    answer: Future[Cleaned] = Future()
    try:
        answer.set_result(clean_batch(batch, layout, evidence=evidence, distinct=True))
    except Exception as error:  # noqa: BLE001 - raised again when its turn has come
        answer.set_exception(error)
    return answer


def _answer(batch: pa.Table, layout: SheetLayout, evidence: SheetEvidence) -> tuple[bytes | pa.Table, ...]:
    try:
        cleaned = clean_batch(batch, layout, evidence=evidence, distinct=True)
    except Exception as error:  # noqa: BLE001 - raised again where the batch came from
        return (pickle.dumps(error),)
    return cleaned.records, cleaned.findings


def _work(work: Callable[[P], A], part: P) -> bytes:
    try:
        return pickle.dumps(work(part))
    except Exception as error:  # noqa: BLE001 - raised again where the work came from
        return pickle.dumps(error)


def _start() -> _Process:
    ours, theirs = socket.socketpair()
    command = f"import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); from {__name__} import serve; serve(%d)"
    with theirs:
        running = subprocess.Popen(
            [sys.executable, "-c", command % theirs.fileno()],
            stdin=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
    return _Process(running, ours)


def _send(line: socket.socket, *contents: bytes | pa.Table) -> None:
    """Send pieces of memory, each with its content."""
    pieces = [_open_memory() for _ in contents]
    try:
        for piece, content in zip(pieces, contents, strict=True):
            if isinstance(content, bytes):
                piece.write(content)
                continue
            with pa.ipc.new_stream(pa.PythonFile(piece, "w"), content.schema) as stream:
                stream.write_table(content)
        socket.send_fds(line, [b"."], [piece.fileno() for piece in pieces])
    finally:
        for piece in pieces:
            piece.close()


def _receive(line: socket.socket) -> list[mmap.mmap]:
    """Give the pieces of memory that come next; EOFError where the other end is closed."""
    said, handles, _, _ = socket.recv_fds(line, 1, 2)
    try:
        if not said:
            raise EOFError
        return [mmap.mmap(handle, 0, prot=mmap.PROT_READ) for handle in handles]
    finally:
        for handle in handles:
            os.close(handle)


def _open_memory() -> BinaryIO:
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("batch"), "wb", buffering=0)
    return tempfile.TemporaryFile(buffering=0)


def _read_table(piece: mmap.mmap) -> pa.Table:
    return pa.ipc.open_stream(pa.py_buffer(piece)).read_all()
