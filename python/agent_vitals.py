"""Agent Vitals: the client for agents in Python 3.9 or newer. MIT licence. One file, no dependencies.

It tells the Agent Vitals collector of this workspace how long the agent's responses take. Started outside a terminal of
the workspace (no AGENT_VITALS_SOCKET) it does nothing and costs nothing. It never blocks, never throws into its agent
and never sends a prompt or an answer: only numbers and names.

    from agent_vitals import create_monitor

    monitor = create_monitor()
    with monitor.response("talker", model="llama3.2:3b") as response:
        for token in stream():
            response.first_token()

All times and durations are seconds. Linux is what it is tested on; macOS and Windows are supported by design.
"""

from __future__ import annotations

import atexit
import functools
import gc
import json
import os
import selectors
import socket
import sys
import threading
import time
import types
import weakref
from array import array
from collections import Counter, OrderedDict, deque
from contextvars import ContextVar
from itertools import count, islice
from types import AsyncGeneratorType, CoroutineType, GeneratorType
from typing import Any, Callable, NamedTuple, TypeVar, Union

__version__ = "0.1.0"
__all__ = ["MemoryUsage", "Monitor", "Response", "Turn", "create_monitor"]

PROTOCOL = 1
CLIENT = f"agent-vitals-python {__version__}"
QUEUE_SIZE = 10_000
BATCH_LENGTH = 64 * 1024
BATCH_DELAY = 0.02
FIRST_RETRY = 0.1
LAST_RETRY = 5.0
#: A collector that answers no hello or takes no byte for so long is as good as away.
PATIENCE = 3.0
EXIT_PATIENCE = 0.5
MEMORY_INTERVAL = 5.0
MAX_LINE = 256 * 1024
#: Long log lines must not make a queue of few events a heavy one.
MAX_LENGTH = 8 * 1024 * 1024
MAX_QUERY_TYPES = 256
MAX_VOICES = 256
#: A longer duration is a mistake in the arguments.
LONGEST = 7 * 24 * 3600
#: time.time() values are above it, time.perf_counter() and time.monotonic() values below.
EPOCH_VALUES = 1e9
#: Events that wait for the client's thread at most; who adds one more puts them into lines itself.
INBOX = 256
#: As many buckets of each histogram as fit into a line of 256 KiB.
BUCKETS_PER_LINE = 6000
#: The share of a command's deadline that its hooks get: the reply has to arrive within the rest.
HOOKS_SHARE = 0.9
ALLOCATIONS = 50
TRACEBACK_FRAMES = 25
#: Counting all objects may take this share of the agent's time.
COUNTING_SHARE = 0.001

Scalar = Union[str, int, float, bool]
F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")

_quote = json.encoder.encode_basestring_ascii
_clock = time.perf_counter
_now = time.time


class MemoryUsage(NamedTuple):
    """The process's memory in bytes (0 where it can't be read) and what Python's garbage collector has to do."""

    rss: int
    #: `gc.get_count()`: per generation, what came since it was collected last.
    gc_count: tuple[int, ...]
    #: Collections so far, per generation.
    gc_collections: tuple[int, ...]


class Response:
    """One measured operation that is under way. It begins when it is made and ends with its `with` block."""

    __slots__ = (
        "_ended",
        "_error_type",
        "_first",
        "_input",
        "_model",
        "_outcome",
        "_output",
        "_query_type",
        "_queue",
        "_span",
        "_start",
        "_started",
        "_took",
        "_turn_id",
    )

    def __init__(self, queue: _Queue | None, query_type: str, model: str | None, turn_id: str | None):
        self._queue = queue
        self._query_type = query_type
        self._model = model
        self._turn_id = turn_id
        self._span = _active_span()
        self._ended = False
        self._outcome = "ok"
        self._first: float | None = None
        self._error_type: str | None = None
        self._input: Any = None
        self._output: Any = None
        self._start = _now()
        self._started = _clock()

    def first_token(self) -> None:
        """The first token is here; later calls change nothing."""
        if self._first is None:
            self._first = _clock() - self._started

    def tokens(self, input: int | None = None, output: int | None = None) -> None:
        """Tokens read and written; what is given replaces what was given before."""
        if not self._ended:
            self._input = self._input if input is None else input
            self._output = self._output if output is None else output

    def model(self, name: str) -> None:
        """The model that answers."""
        if not self._ended:
            self._model = name

    def end(self, outcome: str = "ok", error_type: str | None = None) -> None:
        """Counts the response as `ok`, `error` or `cancelled`; later calls change nothing."""
        if self._ended:
            return
        self._took = _clock() - self._started
        self._ended = True
        self._outcome = outcome
        self._error_type = error_type
        if self._queue is not None:
            self._queue.put(self)

    def _fail(self, error: BaseException) -> None:
        outcome = _outcome_of(error)
        self.end(outcome, type(error).__name__ if outcome == "error" else None)

    def __enter__(self) -> Response:
        return self

    def __exit__(self, kind: Any, error: BaseException | None, traceback: Any) -> None:
        if error is None:
            self.end()
        else:
            self._fail(error)

    async def __aenter__(self) -> Response:
        return self

    async def __aexit__(self, kind: Any, error: BaseException | None, traceback: Any) -> None:
        self.__exit__(kind, error, traceback)


class _IdleResponse(Response):
    """What a response is where there is no collector: one for all, it holds nothing."""

    __slots__ = ()

    def first_token(self) -> None:
        pass

    def tokens(self, input: int | None = None, output: int | None = None) -> None:
        pass

    def model(self, name: str) -> None:
        pass

    def end(self, outcome: str = "ok", error_type: str | None = None) -> None:
        pass

    def __exit__(self, kind: Any, error: BaseException | None, traceback: Any) -> None:
        pass


class Turn:
    """One request of a user that is under way. In its `with` block everything that the monitor measures joins it."""

    def __init__(self, monitor: Monitor, queue: _Queue | None, id: str):
        #: Made up unless given.
        self.id = id
        self._monitor = monitor
        self._queue = queue
        self._start = _now()
        self._started = _clock()
        self._interrupted = False
        self._ended = False
        self._token: Any = None

    def response(self, query_type: str, model: str | None = None) -> Response:
        """Starts a response of this turn, from any thread or task."""
        return self._monitor.response(query_type, model, self.id)

    def measure(self, query_type: str, fn: Callable[[], T]) -> T:
        """As `Monitor.measure`, for a part of this turn."""
        return self._monitor._measure(query_type, self.id, fn)

    def mark(self, name: str) -> None:
        """A moment of this turn: `end_of_utterance`, `first_audio`, a stage, or a name of your own."""
        self._monitor._mark(name, self.id)

    def interrupted(self) -> None:
        """The user barged in: the turn ends as `cancelled` unless `end` is told otherwise."""
        self._interrupted = True

    def end(self, outcome: str | None = None) -> None:
        """Counts the turn; later calls change nothing."""
        if self._ended:
            return
        took = _clock() - self._started
        self._ended = True
        if self._queue is None:
            return
        event = {"type": "turn", "id": self.id, "start": round(self._start, 6), "duration": round(took, 6)}
        event["outcome"] = _known_outcome(outcome or ("cancelled" if self._interrupted else "ok"))
        if self._interrupted:
            event["interrupted"] = True
        self._queue.put((event, "turns"))

    def __enter__(self) -> Turn:
        self._token = _current_turn.set(self)
        return self

    def __exit__(self, kind: Any, error: BaseException | None, traceback: Any) -> None:
        try:
            _current_turn.reset(self._token)
        except (ValueError, RuntimeError, TypeError):
            pass  # left in another context than entered, as generators are that are closed from elsewhere
        self.end(None if error is None or self._interrupted else _outcome_of(error))

    async def __aenter__(self) -> Turn:
        return self.__enter__()

    async def __aexit__(self, kind: Any, error: BaseException | None, traceback: Any) -> None:
        self.__exit__(kind, error, traceback)


class Monitor:
    """What an agent reports to, made by `create_monitor`. Without a collector it can be called and does nothing.

    Every method may be called from any thread and any task, and returns at once. Where the agent uses OpenTelemetry, a
    response tells the span that was active when it began.
    """

    #: False when there is no collector to report to: nothing is measured then.
    enabled = False
    #: Events waiting to be sent.
    queued = 0

    def __init__(self, agent: str):
        self._agent = agent
        self._turns = count(1)

    def response(self, query_type: str, model: str | None = None, turn_id: str | None = None) -> Response:
        """Starts a response: `with monitor.response("talker") as response:`, or call its `end()`.

        An exception that leaves the block makes it an error, told by its class; a cancellation makes it cancelled.
        """
        return _IDLE_RESPONSE

    def timed(self, query_type: str) -> Callable[[F], F]:
        """Decorator: every call is measured. A generator's response runs from its first `next()` to its end, and its
        first item is the first token."""
        return _unchanged

    def measure(self, query_type: str, fn: Callable[[], T]) -> T:
        """Calls and times `fn`; returns what it returns, raises what it raises. A coroutine's time is its run."""
        return fn()

    def turn(self, id: str | None = None) -> Turn:
        """Starts a turn: `with monitor.turn() as turn:`, or call its `end()`; its id is made up unless given."""
        return Turn(self, None, id or f"idle-{next(self._turns)}")

    def track_response_time(
        self,
        start: float,
        end: float,
        query_type: str,
        *,
        outcome: str = "ok",
        error_type: str | None = None,
        model: str | None = None,
        input_tokens: int | None = None,
        output_tokens: int | None = None,
        time_to_first_token: float | None = None,
        turn_id: str | None = None,
    ) -> None:
        """Counts a response that you timed, by two `perf_counter()`, `monotonic()` or `time()` values."""

    def mark(self, name: str) -> None:
        """A moment of the turn in whose `with` block it is, else of the agent."""

    def track_voice_reliability(
        self,
        success: bool | int = True,
        failure: int = 0,
        *,
        stage: str | None = None,
        reason: str | None = None,
        quality: float | None = None,
        latency: float | None = None,
    ) -> None:
        """Counts voice interactions, one (`True`, `False`) or several (`success=3, failure=1`); `quality` is 0 to 1."""

    def monitor_memory_usage(self) -> MemoryUsage:
        """Reads the process's memory now, and from the first call on every `memory_interval` seconds; with torch
        imported and CUDA in use, the memory of each of its devices too."""
        return _memory_usage()

    def record_metric(
        self, name: str, value: float, unit: str = "1", attributes: dict[str, Scalar] | None = None
    ) -> None:
        """A reading of a gauge of your own; `unit` is UCUM: `s`, `By`, `1`, `{token}`."""

    def log_performance_metrics(self) -> dict[str, Any]:
        """Writes the summary of all so far to the collector's log, and returns it: `{"agent", "responses": {name:
        {"count", "errors", "cancelled", "duration", "time_to_first_token"}}, "voice"}`. Empty without a collector."""
        return {"agent": self._agent, "responses": {}, "voice": {"success": 0, "failure": 0}}

    def on_cleanup(self, fn: Callable[[], Any]) -> Callable[[], None]:
        """Called when the collector asks the agent to free what it can. Returns a function that takes the hook away.

        Hooks run in a thread of the client's; a coroutine function runs in the event loop in which it was registered.
        """
        return _nothing

    def on_shutdown(self, fn: Callable[[], Any]) -> Callable[[], None]:
        """Called when the collector asks the agent to end, as `on_cleanup`: set an event that your main loop looks at,
        or `os.kill(os.getpid(), signal.SIGTERM)`. Returns a function that takes the hook away."""
        return _nothing

    def flush(self, timeout: float = 1.0) -> bool:
        """Waits until what was queued is handed to the operating system, `timeout` seconds at most, and not at all
        while the collector is away. True when nothing is left. In asyncio: `await asyncio.to_thread(monitor.flush)`."""
        return True

    def close(self) -> None:
        """Flushes and disconnects, within a second; the monitor does nothing afterwards."""

    def _measure(self, query_type: str, turn_id: str | None, fn: Callable[[], T]) -> T:
        return fn()

    def _mark(self, name: str, turn_id: str | None) -> None:
        pass


def create_monitor(
    agent: str | None = None,
    primary_query_type: str | None = None,
    *,
    socket: str | None = None,
    token: str | None = None,
    queue_size: int = QUEUE_SIZE,
    memory_interval: float = MEMORY_INTERVAL,
) -> Monitor:
    """Connects to the collector that made this terminal or launched this agent; elsewhere returns a monitor that does
    nothing.

    `agent` is its name: by default AGENT_VITALS_AGENT, else the project's in the nearest pyproject.toml, else the
    script's. `primary_query_type` is the one that the status bar shows first (by default `talker`). `socket` and
    `token` are by default AGENT_VITALS_SOCKET and AGENT_VITALS_TOKEN. `queue_size` events are held at most while
    the collector is slow or away; what comes then is folded into summaries.
    """
    path = os.environ.get("AGENT_VITALS_SOCKET") if socket is None else socket
    if not path:
        return Monitor(_text(agent, 256, "agent"))
    name = _text(agent, 256, "") or _text(_agent_name(), 256, "agent")
    hello: dict[str, Any] = {"type": "hello", "protocol": PROTOCOL, "agent": name}
    hello["token"] = _text(os.environ.get("AGENT_VITALS_TOKEN") if token is None else token, 4096, "")
    hello["runtime"] = f"Python {sys.version.split()[0]}"
    hello["client"] = CLIENT
    if primary_query_type:
        hello["primaryQueryType"] = _text(primary_query_type, 256, "other")
    monitor = _ConnectedMonitor(name, _text(path, 4096, ""), hello, int(_positive(queue_size, QUEUE_SIZE)))
    monitor._memory_interval = _positive(memory_interval, MEMORY_INTERVAL)
    return monitor


class _ConnectedMonitor(Monitor):
    """A monitor that reports to the collector at `path`."""

    def __init__(self, agent: str, path: str, hello: dict[str, Any], queue_size: int):
        super().__init__(agent)
        self._path = path
        self._hello = hello
        self._queue_size = queue_size
        self._memory_interval = MEMORY_INTERVAL
        self._watches_memory = False
        self._commands = _Commands(self._read_memory)
        self._counted = _Counted()
        _watch(self)
        self._begin()
        self._link.start()

    def _begin(self) -> None:
        """A connection and a queue of its own for this process."""
        self._turn_prefix = os.urandom(4).hex()
        self._link = _Link(
            self._path, self._hello, self._queue_size, self._commands.answer, self._commands.collector_left
        )
        self._queue = self._link.queue
        if self._watches_memory:
            self._link.every(self._memory_interval, self._read_memory)

    @property
    def enabled(self) -> bool:  # type: ignore[override]
        return not self._queue.closed

    @property
    def queued(self) -> int:  # type: ignore[override]
        return self._queue.waiting

    def response(self, query_type: str, model: str | None = None, turn_id: str | None = None) -> Response:
        return Response(self._queue, query_type, model, turn_id or self._current())

    def timed(self, query_type: str) -> Callable[[F], F]:
        return lambda fn: _timed(lambda: self.response(query_type), fn)

    def measure(self, query_type: str, fn: Callable[[], T]) -> T:
        return self._measure(query_type, None, fn)

    def turn(self, id: str | None = None) -> Turn:
        given = _text(id, 128, "")
        return Turn(self, self._queue, given or f"{self._turn_prefix}-{next(self._turns)}")

    def track_response_time(
        self,
        start: float,
        end: float,
        query_type: str,
        *,
        outcome: str = "ok",
        error_type: str | None = None,
        model: str | None = None,
        input_tokens: int | None = None,
        output_tokens: int | None = None,
        time_to_first_token: float | None = None,
        turn_id: str | None = None,
    ) -> None:
        began, ended = _number(start), _number(end)
        took = None
        if began is not None and ended is not None:
            # Two clocks may be mixed; within one, the difference of the values themselves is the exact one.
            same = (began > EPOCH_VALUES) == (ended > EPOCH_VALUES)
            took = _duration(ended - began if same else _unix_time(ended) - _unix_time(began))
        if took is None or began is None:
            wrong = f"from {_short(start)} to {_short(end)} is no duration of a response"
            _warn_once(f"track_response_time: {wrong}, it was not counted")
            return
        response = Response(None, query_type, model, turn_id or self._current())
        response._start = _unix_time(began)
        response._first = _duration(time_to_first_token)
        response.tokens(input_tokens, output_tokens)
        response.end(outcome, error_type)
        response._took = took
        self._queue.put(response)

    def mark(self, name: str) -> None:
        self._mark(name, self._current())

    def track_voice_reliability(
        self,
        success: bool | int = True,
        failure: int = 0,
        *,
        stage: str | None = None,
        reason: str | None = None,
        quality: float | None = None,
        latency: float | None = None,
    ) -> None:
        if success is False and not failure:
            failure = 1
        event: dict[str, Any] = {"type": "voice", "time": round(_now(), 6)}
        event["success"] = _count(int(success) if isinstance(success, bool) else success) or 0
        event["failure"] = _count(failure) or 0
        if event["success"] + event["failure"] == 0:
            return
        measured = {"quality": _number(quality), "latency": _duration(latency)}
        event.update({key: value for key, value in measured.items() if value is not None})
        event.update({key: _text(value, 256, "") for key, value in (("stage", stage), ("reason", reason)) if value})
        self._queue.put((event, "voice"))

    def monitor_memory_usage(self) -> MemoryUsage:
        if not self._watches_memory:
            self._watches_memory = True
            self._link.every(self._memory_interval, self._read_memory)
        return self._read_memory()

    def record_metric(
        self, name: str, value: float, unit: str = "1", attributes: dict[str, Scalar] | None = None
    ) -> None:
        number = _number(value)
        if number is None:
            _warn_once(f"record_metric: {_short(name)} is {_short(value)}, it was not recorded")
        else:
            self._metric(_text(name, 256, "unnamed"), number, _text(unit, 64, "1"), _scalars(attributes))

    def log_performance_metrics(self) -> dict[str, Any]:
        summary = {"agent": self._agent, **self._queue.summary()}
        message = _text(_describe(summary), 16384, "")
        self._queue.put(({"type": "log", "time": round(_now(), 6), "severity": "info", "message": message}, "logs"))
        return summary

    def on_cleanup(self, fn: Callable[[], Any]) -> Callable[[], None]:
        return self._commands.add("cleanup", fn)

    def on_shutdown(self, fn: Callable[[], Any]) -> Callable[[], None]:
        return self._commands.add("shutdown", fn)

    def flush(self, timeout: float = 1.0) -> bool:
        return self._link.flush(_positive(timeout, 0))

    def close(self) -> None:
        self._link.flush(EXIT_PATIENCE)
        self._link.close(EXIT_PATIENCE)
        _unwatch(self)

    def _current(self) -> str | None:
        turn = _current_turn.get()
        return turn.id if turn is not None and turn._queue is self._queue else None

    def _measure(self, query_type: str, turn_id: str | None, fn: Callable[[], T]) -> T:
        result: T = _measured(lambda: self.response(query_type, None, turn_id), fn)
        return result

    def _mark(self, name: str, turn_id: str | None) -> None:
        event = {"type": "mark", "name": _text(name, 256, "unnamed"), "time": round(_now(), 6)}
        if turn_id:
            event["turnId"] = turn_id
        self._queue.put((event, "marks"))

    def _metric(self, name: str, value: float, unit: str, attributes: dict[str, Any] | None = None) -> None:
        event = {"type": "metric", "time": round(_now(), 6), "name": name, "value": value, "unit": unit}
        if attributes:
            event["attributes"] = attributes
        self._queue.put((event, "metrics"))

    def _read_memory(self) -> MemoryUsage:
        usage = _memory_usage()
        if usage.rss:
            self._queue.put(({"type": "memory", "time": round(_now(), 6), "rss": usage.rss}, "metrics"))
        for metric in (*_gc_metrics(usage), *self._counted.metrics(), *_cuda_metrics()):
            self._metric(*metric)
        return usage


# ---- What is measured of a function ---------------------------------------------------------------------------------


def _timed(begin: Callable[[], Response], fn: Any) -> Any:
    import inspect

    if isinstance(fn, (staticmethod, classmethod)):
        return type(fn)(_timed(begin, fn.__func__))
    if inspect.isasyncgenfunction(fn):
        return functools.wraps(fn)(_async_generator(begin, fn))
    if inspect.isgeneratorfunction(fn):
        return functools.wraps(fn)(_generator(begin, fn))
    if inspect.iscoroutinefunction(fn):
        return functools.wraps(fn)(_coroutine(begin, fn))

    @functools.wraps(fn)
    def timed(*args: Any, **kwargs: Any) -> Any:
        return _measured(begin, functools.partial(fn, *args, **kwargs))

    return timed


def _measured(begin: Callable[[], Response], fn: Callable[[], Any]) -> Any:
    response = begin()
    try:
        result = fn()
    except BaseException as error:
        response._fail(error)
        raise
    kind = type(result)
    if kind is GeneratorType:
        return _generator(begin, lambda: result)()
    if kind is AsyncGeneratorType:
        return _async_generator(begin, lambda: result)()
    if kind is CoroutineType:
        return _coroutine(begin, lambda: result)()
    if hasattr(kind, "add_done_callback"):
        # A future has methods that the caller may want: it is watched and given back itself.
        result.add_done_callback(lambda future: _settle(response, future))
    elif hasattr(kind, "__aenter__") and hasattr(kind, "__await__"):
        _warn_once(f"measure: a {kind.__name__} is entered and awaited elsewhere, it was not counted; use response()")
    elif hasattr(kind, "__await__"):
        return _coroutine(begin, lambda: result)()
    else:
        response.end()
    return result


def _settle(response: Response, future: Any) -> None:
    if future.cancelled():
        response.end("cancelled")
        return
    # Not exception(): it would tell asyncio that somebody has looked, and an error nobody catches would go unnoticed.
    error = getattr(future, "_exception", None)
    if error is None:
        response.end()
    else:
        response._fail(error)


def _coroutine(begin: Callable[[], Response], fn: Callable[..., Any]) -> Callable[..., Any]:
    async def timed(*args: Any, **kwargs: Any) -> Any:
        with begin():
            return await fn(*args, **kwargs)

    return timed


def _generator(begin: Callable[[], Response], fn: Callable[..., Any]) -> Callable[..., Any]:
    def timed(*args: Any, **kwargs: Any) -> Any:
        with begin() as response:
            return (yield from _Items(response, fn(*args, **kwargs)))

    return timed


class _Items:
    """A generator whose first item is the first token; what `yield from` asks of it, it asks of the generator."""

    def __init__(self, response: Response, generator: Any):
        self._response = response
        self._generator = generator
        self.throw = generator.throw
        self.close = generator.close

    def __iter__(self) -> _Items:
        return self

    def __next__(self) -> Any:
        return self.send(None)

    def send(self, value: Any) -> Any:
        item = self._generator.send(value)
        self._response.first_token()
        return item


def _async_generator(begin: Callable[[], Response], fn: Callable[..., Any]) -> Callable[..., Any]:
    async def timed(*args: Any, **kwargs: Any) -> Any:
        with begin() as response:
            items = fn(*args, **kwargs)
            step = items.__anext__()
            while True:
                try:
                    item = await step
                except StopAsyncIteration:
                    return
                response.first_token()
                try:
                    step = items.asend((yield item))
                except GeneratorExit:
                    await items.aclose()
                    raise
                except BaseException as error:
                    step = items.athrow(error)

    return timed


# ---- Figures --------------------------------------------------------------------------------------------------------


def _bucket(microseconds: int) -> int:
    """The wire's bucket of a value: all but its 11 leading bits cleared, 3 significant digits."""
    shift = max(0, microseconds.bit_length() - 11)
    return microseconds >> shift << shift


class _Durations:
    """Durations in whole microseconds as a sparse histogram: sums are exact."""

    def __init__(self) -> None:
        self.count = self._sum = self._max = 0
        self._buckets: dict[int, int] = {}

    def add(self, microseconds: int) -> None:
        self.count += 1
        self._sum += microseconds
        self._max = max(self._max, microseconds)
        bucket = _bucket(microseconds)
        self._buckets[bucket] = self._buckets.get(bucket, 0) + 1

    def wire(self) -> list[dict[str, Any]]:
        """In parts that fit a line each and add up to the whole; the sum goes with the first."""
        buckets = list(self._buckets.items())
        parts = []
        for at in range(0, len(buckets), BUCKETS_PER_LINE):
            part = buckets[at : at + BUCKETS_PER_LINE]
            total = self._sum / 1e6 if at == 0 else 0
            parts.append({"count": sum(n for _, n in part), "sum": total, "max": self._max / 1e6, "buckets": part})
        return parts

    def percentiles(self) -> dict[str, float]:
        """Seconds, exact to 3 significant digits."""
        ordered = sorted(self._buckets.items())

        def at(quantile: float) -> float:
            seen = 0
            for bucket, n in ordered:
                seen += n
                if seen >= quantile * self.count:
                    return bucket / 1e6
            return 0.0

        mean = self._sum / self.count / 1e6
        return {"mean": mean, "p50": at(0.5), "p95": at(0.95), "p99": at(0.99), "max": self._max / 1e6}


class _Fold:
    """Responses of one query type folded into counts and histograms: detail is lost, figures never."""

    def __init__(self) -> None:
        self._counts = {"ok": 0, "error": 0, "cancelled": 0}
        self._start = float("inf")
        self._end = 0.0
        self._durations = _Durations()
        self._firsts = _Durations()

    def add(self, end: float, took: int, outcome: str, first: int | None) -> None:
        """Counts one that ended at `end`. A cancelled one's duration says nothing of the agent: only counted."""
        self._counts[outcome] += 1
        if outcome != "cancelled":
            self._durations.add(took)
        if first is not None:
            self._firsts.add(first)
        self._start = min(self._start, end)
        self._end = max(self._end, end)

    def wire(self, query_type: str) -> list[dict[str, Any]]:
        """One summary, or several that add up to it when its histograms are too long for a line."""
        durations, firsts = self._durations.wire(), self._firsts.wire()
        lines = []
        for i in range(max(1, len(durations), len(firsts))):
            folded: dict[str, Any] = (
                durations[i] if i < len(durations) else {"count": 0, "sum": 0, "max": 0, "buckets": []}
            )
            cancelled = self._counts["cancelled"] if i == 0 else 0
            line: dict[str, Any] = {"type": "summary", "queryType": query_type}
            line.update(start=round(self._start, 6), end=round(self._end, 6), count=folded["count"] + cancelled)
            line.update(errors=self._counts["error"] if i == 0 else 0, cancelled=cancelled)
            line["durations"] = {key: folded[key] for key in ("sum", "max", "buckets")}
            if i < len(firsts):
                line["timeToFirstToken"] = firsts[i]
            lines.append(line)
        return lines

    def summary(self) -> dict[str, Any]:
        counts = self._counts
        told: dict[str, Any] = {"count": sum(counts.values()), "errors": counts["error"]}
        told["cancelled"] = counts["cancelled"]
        if self._durations.count:
            told["duration"] = self._durations.percentiles()
        if self._firsts.count:
            told["time_to_first_token"] = {"count": self._firsts.count, **self._firsts.percentiles()}
        return told


def _describe(summary: dict[str, Any]) -> str:
    """A summary as text, a line per query type."""

    def many(n: int, noun: str) -> str:
        return f"{n} {noun}" if n == 1 else f"{n} {noun}s"

    lines = []
    for name, figures in summary["responses"].items():
        parts = [many(figures["count"], "response")]
        if figures["errors"]:
            parts.append(many(figures["errors"], "error"))
        if figures["cancelled"]:
            parts.append(f"{figures['cancelled']} cancelled")
        duration, first = figures.get("duration"), figures.get("time_to_first_token")
        parts += [f"{key} {duration[key] * 1000:.3g} ms" for key in ("p50", "p95", "p99") if duration]
        if first:
            parts.append(f"first token p95 {first['p95'] * 1000:.3g} ms")
        lines.append(f"{name}: {', '.join(parts)}")
    voice = summary["voice"]
    spoken = voice["success"] + voice["failure"]
    if spoken:
        lines.append(f"voice: {voice['success']} of {spoken} succeeded")
    return "\n".join([summary["agent"], *lines]) if lines else f"{summary['agent']}: no responses yet"


# ---- The queue ------------------------------------------------------------------------------------------------------


def _exclusive(method: Callable[..., Any]) -> Callable[..., Any]:
    """One at a time. A signal handler or finalizer may come in the middle of it, in the very same thread, and measure
    something: that gets None, and what it put into the inbox comes next."""

    @functools.wraps(method)
    def alone(self: _Queue, *args: Any) -> Any:
        with self._lock:
            if self._held:
                return None
            try:
                self._held = True
                return method(self, *args)
            finally:
                self._held = False

    return alone


class _Queue:
    """Events on their way to the socket. Threads put them into an inbox without waiting for anybody; there they become
    lines, in the client's thread as a rule. Bounded: while it is full, responses and voice results fold into sums and
    everything else is counted as dropped; the sums follow as soon as half of it is free again."""

    def __init__(self, limit: int, ring: Callable[[], None]):
        self._limit = limit
        self._ring = ring
        #: The client's thread sleeps and wants to be rung for the next event.
        self.idle = False
        #: A batch is full: it needs no waiting for more.
        self.urgent = False
        #: Nothing will ever be sent again.
        self.closed = False
        self._lock = threading.RLock()
        self._held = False
        self._inbox: deque[Any] = deque()
        self._lines: deque[str] = deque()
        self._length = 0
        #: Lines ever made, and of them those that were handed to the operating system.
        self.made = 0
        self.sent = 0
        self._sessions: dict[str, tuple[str, str, _Fold]] = {}
        self._voice = {"success": 0, "failure": 0}
        self._folds: dict[str, _Fold] = {}
        self._voices: dict[Any, dict[str, Any]] = {}
        self._dropped: dict[str, int] = {}

    def put(self, event: Any) -> None:
        """Takes a response that ended, or an event with what it counts as when it is dropped."""
        if self.closed:
            return
        self._inbox.append(event)
        if self.idle:
            self._ring()
        if len(self._inbox) >= INBOX:
            self.absorb()

    @property
    def waiting(self) -> int:
        return len(self._inbox) + self.made - self.sent

    @_exclusive
    def absorb(self) -> None:
        """Makes lines of what is in the inbox."""
        self._absorb()

    @_exclusive
    def send(self, line: str) -> None:
        """Appends a line after everything that came before it, however full the queue is."""
        self._absorb()
        self._append(line)

    @_exclusive
    def settle(self) -> int:
        """Makes lines of everything that there is. Returns how many were made ever."""
        self._absorb()
        self._unfold()
        return self.made

    @_exclusive
    def take(self) -> list[str]:
        """The lines of the next batch."""
        self._absorb()
        batch: list[str] = []
        length = 0
        while self._lines and length < BATCH_LENGTH:
            line = self._lines.popleft()
            length += len(line)
            batch.append(line)
        self.urgent = self._length - length >= BATCH_LENGTH
        return batch

    @_exclusive
    def confirm(self, lines: list[str]) -> None:
        """These lines have reached the operating system."""
        self.sent += len(lines)
        self._length -= sum(map(len, lines))
        if self.made - self.sent <= self._limit / 2:
            self._unfold()

    @_exclusive
    def put_back(self, lines: list[str]) -> None:
        """These have not: they are the next ones again."""
        self._lines.extendleft(reversed(lines))

    @_exclusive
    def summary(self) -> dict[str, Any]:
        self._absorb()
        responses = {name: session.summary() for _, name, session in self._sessions.values()}
        return {"responses": responses, "voice": dict(self._voice)}

    def close(self) -> None:
        """Forgets everything, for good."""
        self.closed = True
        self._forget()

    @_exclusive
    def _forget(self) -> None:
        self._inbox.clear()
        self._lines.clear()
        self.sent = self.made

    def _absorb(self) -> None:
        for _ in range(len(self._inbox)):
            event = self._inbox.popleft()
            if type(event) is Response:
                self._add_response(event)
            else:
                self._add_event(*event)

    def _add_response(self, response: Response) -> None:
        known = response._query_type.__class__ is str and self._sessions.get(response._query_type)
        head, name, session = known or self._session(response._query_type)
        took, outcome = _microseconds(response._took), _known_outcome(response._outcome)
        first = None if response._first is None else _microseconds(response._first)
        end = response._start + response._took
        session.add(end, took, outcome, first)
        if self._full:
            self._folds.setdefault(name, _Fold()).add(end, took, outcome, first)
            return
        line = f'{head}{response._start:.6f},"duration":{took / 1e6:.6f},"outcome":"{outcome}"'
        if first is not None:
            line += f',"timeToFirstToken":{first / 1e6:.6f}'
        if response._turn_id:
            line += f',"turnId":{_quote(_text(response._turn_id, 128, ""))}'
        if response._error_type:
            line += f',"errorType":{_quote(_text(response._error_type, 256, ""))}'
        if response._model:
            line += f',"model":{_quote(_text(response._model, 256, "unknown"))}'
        read, written = _count(response._input), _count(response._output)
        if read is not None:
            line += f',"inputTokens":{read}'
        if written is not None:
            line += f',"outputTokens":{written}'
        if response._span:
            line += f',"traceId":"{response._span[0]:032x}","spanId":"{response._span[1]:016x}"'
        self._append(line + "}")

    def _session(self, query_type: Any) -> tuple[str, str, _Fold]:
        name = _text(query_type, 256, "other")
        if len(self._sessions) >= MAX_QUERY_TYPES and name not in self._sessions:
            name = "other"
        head = f'{{"type":"response","queryType":{_quote(name)},"start":'
        return self._sessions.setdefault(name, (head, name, _Fold()))

    def _add_event(self, event: dict[str, Any], kind: str) -> None:
        if kind == "voice":
            self._voice["success"] += event["success"]
            self._voice["failure"] += event["failure"]
            if self._full:
                self._fold_voice(event)
                return
        line = json.dumps(event, separators=(",", ":"))
        if self._full or len(line) > MAX_LINE:
            self._dropped[kind] = self._dropped.get(kind, 0) + 1
        else:
            self._append(line)

    def _fold_voice(self, event: dict[str, Any]) -> None:
        key = (event.get("stage"), event.get("reason"))
        if len(self._voices) >= MAX_VOICES and key not in self._voices:
            key = ("other", "other")
        sums = self._voices.setdefault(key, {"type": "voice", "success": 0, "failure": 0})
        sums["time"] = event["time"]
        sums["success"] += event["success"]
        sums["failure"] += event["failure"]
        sums.update({name: value for name, value in zip(("stage", "reason"), key) if value})

    def _append(self, line: str) -> None:
        self._lines.append(line)
        self.made += 1
        self._length += len(line)
        if self._length >= BATCH_LENGTH and not self.urgent:
            self.urgent = True
            self._ring()

    def _unfold(self) -> None:
        """Appends the sums of what was folded and the count of what was dropped."""
        owed = [line for name, fold in self._folds.items() for line in fold.wire(name)]
        owed += self._voices.values()
        if self._dropped:
            kinds = ("marks", "logs", "metrics", "turns")
            owed.append({"type": "dropped", **{kind: self._dropped.get(kind, 0) for kind in kinds}})
        self._folds, self._voices, self._dropped = {}, {}, {}
        for event in owed:
            self._append(json.dumps(event, separators=(",", ":")))

    @property
    def _full(self) -> bool:
        return self.made - self.sent >= self._limit or self._length >= MAX_LENGTH


# ---- The way to the collector ---------------------------------------------------------------------------------------


class _Link:
    """Says hello, writes batches, comes back with growing pauses when the collector went away, and passes its commands
    on: all in one daemon thread, which keeps no process alive. A line that the operating system had not taken when the
    connection broke is sent again."""

    def __init__(
        self,
        path: str,
        hello: dict[str, Any],
        queue_size: int,
        on_command: Callable[..., None],
        on_left: Callable[[], None],
    ):
        #: Until the thread runs, the first event starts it: that is how it comes to life in a forked process.
        self.queue = _Queue(queue_size, self.ring)
        self.queue.idle = True
        self._path = path
        self._hello = dict(hello)
        self._on_command = on_command
        self._on_left = on_left
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._leaving = False
        self._closing = False
        self._bell: tuple[socket.socket, socket.socket] | None = None
        self._selector: Any = None
        self._socket: socket.socket | None = None
        self._ready = False
        self._received = b""
        self._lines: list[str] = []
        self._out = memoryview(b"")
        self._patience = 0.0
        self._retry = FIRST_RETRY
        self._retry_at = 0.0
        self._batch_at: float | None = None
        self._waiters: deque[tuple[int, threading.Event]] = deque()
        self._task: tuple[float, Callable[[], Any]] | None = None
        self._task_at = 0.0

    def start(self) -> None:
        """Starts the thread, unless it runs."""
        if not self._starting.acquire(False):
            return
        try:
            if self._thread is None and not self.queue.closed:
                self._begin()
        except (RuntimeError, OSError):
            self.queue.close()  # no threads or descriptors left, or the interpreter is about to end
        finally:
            self._starting.release()

    def _begin(self) -> None:
        if self._bell is None:
            self._bell = socket.socketpair()
            for end in self._bell:
                end.setblocking(False)
            # Not epoll: forked processes would share its descriptor. Not select: it knows no descriptor above 1023.
            self._selector = getattr(selectors, "PollSelector", selectors.SelectSelector)()
            self._selector.register(self._bell[0], selectors.EVENT_READ)
            _flush_at_multiprocessing_exit(self)
        thread = threading.Thread(target=self._run, name="agent-vitals", daemon=True)
        self._thread = thread
        try:
            thread.start()
        except RuntimeError:
            self._thread = None
            raise

    def ring(self) -> None:
        """Wakes the thread; safe in signal handlers and finalizers."""
        self.queue.idle = False
        if self._thread is None:
            self.start()
        elif self._bell:
            try:
                self._bell[1].send(b"\0")
            except OSError:
                pass  # full: it was rung often enough

    def every(self, seconds: float, task: Callable[[], Any]) -> None:
        """Does something regularly, in this thread."""
        self._task_at = time.monotonic() + seconds
        self._task = (seconds, task)
        if self._thread is not None:
            self.ring()

    def reply(self, message: dict[str, Any]) -> None:
        """Sends an answer, before the batch is full."""
        self.queue.send(json.dumps(message, separators=(",", ":")))
        self.queue.urgent = True
        self.ring()

    def flush(self, timeout: float) -> bool:
        """True when everything that was queued is handed over; waits for that, but not while the collector is away."""
        if threading.current_thread() is self._thread:
            return False  # a finalizer that ran in the very thread it would wait for
        made: int | None = self.queue.settle()
        if made is None or self.queue.sent >= made:
            return made is not None
        done = threading.Event()
        self._waiters.append((made, done))
        self.ring()
        done.wait(timeout)
        return self.queue.sent >= made

    def close(self, timeout: float) -> None:
        """Disconnects; what is queued then is lost."""
        self._closing = True
        self._leave(timeout)
        self.queue.close()

    def pause(self) -> None:
        """Ends the thread for a moment and keeps the connection: a fork is safe, and quiet, with one thread only."""
        self._leave(1.0)

    def resume(self) -> None:
        """Undoes pause()."""
        with self._starting:
            self._leaving = False
        if not self.queue.idle:
            self.start()

    def abandon(self) -> None:
        """Leaves everything to the parent process: for the child of a fork, where any lock may be held for ever."""
        self.queue.closed = True
        if self._socket is not None:
            self._socket.close()
        self._hang_up()

    def _hang_up(self) -> None:
        for end in self._bell or ():
            end.close()

    def _leave(self, timeout: float) -> None:
        thread = self._thread
        self._leaving = True
        if thread is not None and thread is not threading.current_thread():
            self.ring()
            thread.join(timeout)
            _await_exit(thread)

    def _run(self) -> None:
        while True:
            try:
                while not self._leaving:
                    self._step()
            except Exception as error:  # a client never throws into its agent, and says when it gives up
                _warn_once(f"stopped reporting after {type(error).__name__}: {error}")
                self._stop()
            with self._starting:
                if self._leaving or self.queue.closed:
                    self._thread = None
                    break
        if self._closing or self.queue.closed:
            self._disconnect()
            self._hang_up()

    def _step(self) -> None:
        now = time.monotonic()
        if self._task and now >= self._task_at:
            seconds, task = self._task
            self._task_at = now + seconds
            task()
        if self._socket is None:
            if now >= self._retry_at:
                self._connect(now)
        elif self._patience and now >= self._patience:
            self._lost(now)
        if self._ready and not self._out:
            self._batch(now)
        self._release()
        if not self.queue.closed:
            self._sleep(now)

    def _batch(self, now: float) -> None:
        """Begins to write what is there, if it is enough, waited for, or 20 ms old."""
        if not self.queue.waiting:
            self._batch_at = None
        elif self._waiters or self.queue.urgent or (self._batch_at is not None and now >= self._batch_at):
            self._lines = self.queue.take() or []
            self._batch_at = None
            if self._lines:
                self._write(now, ("\n".join(self._lines) + "\n").encode("ascii"))
        elif self._batch_at is None:
            self._batch_at = now + BATCH_DELAY

    def _sleep(self, now: float) -> None:
        until = [self._retry_at] if self._socket is None else []
        if self._ready and self._batch_at is not None and not self._out:
            until.append(self._batch_at)
        if self._socket is not None and self._patience:
            until.append(self._patience)
        if self._task:
            until.append(self._task_at)
        self.queue.idle = self._ready and not self._out and self._batch_at is None
        if self.queue.idle and self.queue.waiting:
            until.append(now)  # an event that came just before: its thread saw no need to ring
        timeout = max(0.0, min(until) - now) if until else None
        for key, events in self._selector.select(timeout):
            if key.fileobj is not self._socket:
                self._hear()
                continue
            if events & selectors.EVENT_READ:
                self._read()
            if self._socket is not None and events & selectors.EVENT_WRITE:
                self._write(time.monotonic())
        self.queue.idle = False

    def _hear(self) -> None:
        try:
            while self._bell and self._bell[0].recv(4096):
                pass
        except BlockingIOError:
            pass

    def _connect(self, now: float) -> None:
        if "pid" not in self._hello:
            self._hello.update(pid=os.getpid(), startTime=round(_process_start(), 3))
        try:
            self._socket = _open(self._path)
        except (OSError, ValueError):
            self._again(now)
            return
        self._received = b""
        self._selector.register(self._socket, selectors.EVENT_READ)
        self._write(now, (json.dumps(self._hello) + "\n").encode("ascii"))
        self._patience = now + PATIENCE

    def _write(self, now: float, data: bytes | None = None) -> None:
        """Writes on, as much as there is room for; with `data` the beginning of something new."""
        assert self._socket is not None
        if data is not None:
            self._out = memoryview(data)
            self._patience = now + PATIENCE
        try:
            while self._out:
                self._out = self._out[self._socket.send(self._out, _NO_SIGNAL) :]
                self._patience = now + PATIENCE
        except BlockingIOError:
            pass
        except OSError:
            self._lost(now)
            return
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if self._out else 0)
        self._selector.modify(self._socket, events)
        if not self._out and self._ready:
            self._patience = 0.0
            lines, self._lines = self._lines, []
            self.queue.confirm(lines)

    def _read(self) -> None:
        assert self._socket is not None
        try:
            chunk = self._socket.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            chunk = b""
        *lines, self._received = (self._received + chunk).split(b"\n")
        for line in lines:
            if self._socket is not None:
                self._obey(line)
        if self._socket is not None and (not chunk or len(self._received) > MAX_LINE):
            self._lost(time.monotonic())

    def _obey(self, line: bytes) -> None:
        try:
            message = json.loads(line)
            kind = message.get("type")
        except (ValueError, AttributeError, RecursionError):
            return  # not a collector of ours, or a newer one: what can't be read asks for nothing
        if kind == "command":
            self._on_command(self, message)
        elif kind == "reply" and message.get("id") == "hello":
            self._greeted(message)

    def _greeted(self, reply: dict[str, Any]) -> None:
        if reply.get("ok"):
            self._ready = True
            self._retry = FIRST_RETRY
            self._patience = 0.0
            return
        _warn_once(f"the collector refused this agent: {reply.get('error', 'no reason given')}")
        retry_after = _positive((reply.get("result") or {}).get("retryAfter"), 0)
        if retry_after:
            self._retry = retry_after
            self._lost(time.monotonic())
        else:
            self._stop()

    def _lost(self, now: float) -> None:
        """The connection broke: lines that were not handed over as a whole are the next ones again."""
        left = len(self._out)
        at = len(self._lines)
        while at > 0 and left > 0:
            at -= 1
            left -= len(self._lines[at]) + 1
        done, rest = self._lines[:at], self._lines[at:]
        self._disconnect()
        self.queue.put_back(rest)
        self.queue.confirm(done)
        self._again(now)

    def _disconnect(self) -> None:
        if self._socket is not None:
            if self._selector is not None:
                self._selector.unregister(self._socket)
            self._socket.close()
            self._on_left()
        self._socket = None
        self._ready = False
        self._out = memoryview(b"")
        self._lines = []
        self._patience = 0.0
        self._batch_at = None

    def _again(self, now: float) -> None:
        self._retry_at = now + self._retry * (0.75 + os.urandom(1)[0] / 510)
        self._retry = min(self._retry * 2, LAST_RETRY)

    def _release(self) -> None:
        """Lets those go who wait for a flush that is done, or can't be done for now."""
        for _ in range(len(self._waiters)):
            made, done = self._waiters.popleft()
            if self._socket is None or self.queue.sent >= made:
                done.set()
            else:
                self._waiters.append((made, done))

    def _stop(self) -> None:
        self._disconnect()
        self.queue.close()
        self._leaving = True
        self._release()


def _await_exit(thread: threading.Thread) -> None:
    """Before Python 3.13 a thread that was joined lives on for an instant, and 3.12 warns of forks with two of them."""
    task = f"/proc/self/task/{thread.native_id}"
    for _ in range(100 if sys.version_info[:2] == (3, 12) else 0):
        if not os.path.exists(task):
            break
        time.sleep(0.0001)


_NO_SIGNAL = getattr(socket, "MSG_NOSIGNAL", 0)


def _open(path: str) -> socket.socket:
    """A connected socket that never blocks."""
    if not hasattr(socket, "AF_UNIX"):
        return _open_pipe(path)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        if sys.platform == "darwin":
            connection.setsockopt(socket.SOL_SOCKET, 0x1022, 1)  # SO_NOSIGPIPE: an agent may have made it deadly again
        connection.setblocking(False)
        connection.connect(path)
    except BaseException:
        connection.close()
        raise
    return connection


def _open_pipe(path: str) -> socket.socket:
    """A named pipe of Windows behind a socket pair, since select() there knows sockets alone."""
    import importlib

    windows: Any = importlib.import_module("_winapi")
    from multiprocessing.connection import PipeConnection  # type: ignore[attr-defined]

    access = windows.GENERIC_READ | windows.GENERIC_WRITE
    existing, overlapped = windows.OPEN_EXISTING, windows.FILE_FLAG_OVERLAPPED
    pipe = PipeConnection(windows.CreateFile(path, access, 0, windows.NULL, existing, overlapped, windows.NULL))
    ours, theirs = socket.socketpair()

    def carry(read: Callable[[], bytes], write: Callable[[bytes], Any]) -> None:
        try:
            while True:
                data = read()
                if not data:
                    break
                write(data)
        except (OSError, EOFError):
            pass  # one of the ends is gone: so is the other
        pipe.close()
        theirs.close()

    for read, write in ((pipe.recv_bytes, theirs.sendall), (lambda: theirs.recv(65536), pipe.send_bytes)):
        threading.Thread(target=carry, args=(read, write), name="agent-vitals-pipe", daemon=True).start()
    ours.setblocking(False)
    return ours


# ---- Commands of the collector --------------------------------------------------------------------------------------


class _Commands:
    """What the collector may ask an agent for. Each command runs in a thread of its own."""

    def __init__(self, read_memory: Callable[[], Any]):
        self._read_memory = read_memory
        self._hooks: dict[str, dict[object, tuple[Callable[[], Any], Any]]] = {"cleanup": {}, "shutdown": {}}
        self._tracing = _Tracing()
        self._allocations: _Allocations | None = None
        self._hunt: _LeakHunt | None = None
        #: One more whenever the collector leaves: what it asked for before is not begun any more.
        self._asked = 0
        self._beginning = threading.Lock()

    def add(self, command: str, fn: Callable[[], Any]) -> Callable[[], None]:
        key = object()
        self._hooks[command][key] = (fn, _running_loop())

        def remove() -> None:
            self._hooks[command].pop(key, None)

        return remove

    def collector_left(self) -> None:
        """Nobody is there to end what slows the agent down: it ends here."""
        with self._beginning:
            self._asked += 1
            self._end_allocations()
            self._end_hunt()

    def forked(self) -> None:
        """In the child of a fork, whose parent alone was asked; any lock may be held for ever."""
        self._beginning = threading.Lock()
        self._tracing.lock = threading.Lock()
        self.collector_left()

    def answer(self, link: _Link, command: dict[str, Any]) -> None:
        """Starts to do what is asked; the reply follows within the deadline, whatever the hooks do."""
        try:
            threading.Thread(
                target=self._answer, args=(link, command, self._asked), name="agent-vitals-command", daemon=True
            ).start()
        except RuntimeError as error:
            link.reply({"type": "reply", "id": command.get("id"), "ok": False, "error": str(error)})

    def _answer(self, link: _Link, command: dict[str, Any], asked: int) -> None:
        name, seconds = str(command.get("name")), _positive(command.get("deadline"), 0) * HOOKS_SHARE
        results: list[dict[str, Any]] = []
        worker = threading.Thread(
            target=lambda: results.append(self._do(name, command, asked)), name="agent-vitals-hooks", daemon=True
        )
        worker.start()
        worker.join(seconds)
        result = results[0] if results else {"ok": False, "error": f"{name}: not done within {seconds:g} s"}
        link.reply({"type": "reply", "id": command.get("id"), **result})

    def _do(self, name: str, command: dict[str, Any], asked: int) -> dict[str, Any]:
        try:
            if name in self._hooks:
                return {"ok": True, "result": {"hooks": self._run(name)}}
            if name == "memory":
                self._read_memory()
                return {"ok": True, "result": {"hooks": 0}}
            if name == "collect_garbage":
                begun = time.perf_counter()
                objects = gc.collect()
                return {"ok": True, "result": {"objects": objects, "pause": time.perf_counter() - begun}}
            if name.startswith("allocations"):
                return self._do_allocations(name, asked)
            if name.startswith("leaks"):
                return self._do_leaks(name, command, asked)
            return {"ok": False, "error": f"{name}: no such command"}
        except SystemExit:
            return {
                "ok": False,
                "error": f"{name}: sys.exit() ends only a thread here: set an event, or signal the process",
            }
        except BaseException as error:  # whatever a hook raises is the answer
            return {"ok": False, "error": f"{name}: {type(error).__name__}: {error}"[:4096]}

    def _do_allocations(self, name: str, asked: int) -> dict[str, Any]:
        if name == "allocations_start":
            with self._beginning:
                if asked == self._asked:
                    self._allocations = self._allocations or _Allocations(self._tracing)
            if self._allocations:
                self._allocations.begin()
            return {"ok": True}
        if name == "allocations_stop":
            with self._beginning:
                self._end_allocations()
            return {"ok": True}
        allocations = self._allocations
        if name == "allocations" and allocations:
            return {"ok": True, "allocations": allocations.growth()}
        reason = "nothing is traced: allocations_start comes first" if name == "allocations" else "no such command"
        return {"ok": False, "error": f"{name}: {reason}"}

    def _do_leaks(self, name: str, command: dict[str, Any], asked: int) -> dict[str, Any]:
        if name == "leaks_begin":
            with self._beginning:
                if asked == self._asked:
                    self._end_hunt()
                    self._hunt = _LeakHunt(self._tracing)
            return {"ok": True}
        if name == "leaks_end":
            with self._beginning:
                self._end_hunt()
            return {"ok": True}
        hunt = self._hunt
        if name not in ("leaks_trace", "leaks_read", "leaks_mark", "leaks_explain"):
            return {"ok": False, "error": f"{name}: no such command"}
        if hunt is None:
            return {"ok": False, "error": f"{name}: no hunt is under way: leaks_begin comes first"}
        if name == "leaks_trace":
            with self._beginning:
                if hunt is self._hunt:
                    hunt.trace()
            return {"ok": True}
        if name == "leaks_explain":
            return {"ok": True, "growth": hunt.explain()}
        return {"ok": True, "result": hunt.read() if name == "leaks_read" else hunt.mark()}

    def _end_allocations(self) -> None:
        if self._allocations:
            self._allocations.stop()
        self._allocations = None

    def _end_hunt(self) -> None:
        if self._hunt:
            self._hunt.end()
        self._hunt = None

    def _run(self, name: str) -> int:
        hooks = list(self._hooks[name].values())
        for hook, loop in hooks:
            result = hook()
            if hasattr(type(result), "__await__"):
                _await(result, loop)
        return len(hooks)


def _running_loop() -> Any:
    asyncio = sys.modules.get("asyncio")
    try:
        return asyncio.get_running_loop() if asyncio else None
    except RuntimeError:
        return None


def _await(awaitable: Any, loop: Any) -> None:
    import asyncio

    async def wait() -> None:
        await awaitable

    if loop is not None and loop.is_running():
        asyncio.run_coroutine_threadsafe(wait(), loop).result()
    else:
        asyncio.run(wait())


class _Tracing:
    """Python's tracemalloc, on while something needs it; where the agent had it on before, it stays on."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self._users = 0
        self._started = False

    def begin(self, frames: int) -> None:
        import tracemalloc

        with self.lock:
            self._users += 1
            if not tracemalloc.is_tracing():
                tracemalloc.start(frames)
                self._started = True

    def end(self) -> None:
        import tracemalloc

        with self.lock:
            self._users -= 1
            if self._users == 0 and self._started:
                tracemalloc.stop()
                self._started = False


class _Allocations:
    """Lines of the agent that hold more and more, by tracemalloc. The agent runs many times slower meanwhile."""

    def __init__(self, tracing: _Tracing) -> None:
        self._tracing = tracing
        self._tracing.begin(TRACEBACK_FRAMES)
        self._baseline: Any = None

    def begin(self) -> None:
        self._baseline = _traced()

    def stop(self) -> None:
        self._baseline = None
        self._tracing.end()

    def growth(self) -> list[dict[str, Any]]:
        """The lines that grew most since the beginning, with the traceback through which they grew most."""
        now = _traced()
        tracebacks: dict[tuple[str, int], Any] = {}
        for difference in now.compare_to(self._baseline, "traceback"):
            if difference.size_diff > 0:
                frame = difference.traceback[-1]
                tracebacks.setdefault((frame.filename, frame.lineno), difference.traceback)
        lines = [line for line in now.compare_to(self._baseline, "lineno") if line.size_diff > 0]
        lines.sort(key=lambda line: -line.size_diff)
        told = []
        for line in lines[:ALLOCATIONS]:
            frame = line.traceback[0]
            callers = tracebacks.get((frame.filename, frame.lineno), ())
            own = [f for f in reversed(callers) if f.filename != _HERE]
            told.append(
                {
                    **_place(frame),
                    "size": line.size,
                    "count": line.count,
                    "sizeDifference": line.size_diff,
                    "countDifference": line.count_diff,
                    "traceback": [_place(f) for f in own],
                }
            )
        return _within_a_line(told)


def _traced() -> Any:
    """What is held of what was allocated since tracing began, but for our own."""
    import tracemalloc

    gc.collect()
    hidden = [tracemalloc.Filter(False, name) for name in (_HERE, "<frozen importlib*", "<unknown>")]
    hidden.append(tracemalloc.Filter(False, tracemalloc.__file__, all_frames=True))
    return tracemalloc.take_snapshot().filter_traces(hidden)


def _place(frame: Any) -> dict[str, Any]:
    return {"file": _text(frame.filename, 4096, "?"), "line": frame.lineno}


def _within_a_line(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Deep folders make long paths: outer callers are left out until it fits, then lines."""
    frames = TRACEBACK_FRAMES
    while len(json.dumps(told)) > MAX_LINE - 1024:
        told = told if frames else told[:-1]
        frames //= 2
        told = [{**line, "traceback": line["traceback"][:frames]} for line in told]
    return told


# ---- Leak hunts -----------------------------------------------------------------------------------------------------

#: Frames that are kept of each allocation: enough to see past a library, and cheaper than all.
HUNT_FRAMES = 8
#: Containers with fewer members are not looked at: what leaks has more by the end of a hunt.
LEAST_LENGTH = 8
LEAST_GROWTH = 16
#: Of the growth between three moments, each half has at least this share, else it was an event.
EACH_HALF = 0.1
#: What is told of each kind at most, members of a container that are looked at, and steps of the way to who holds it.
TOLD = 20
SAMPLES = 24
#: Members of which it is looked at what they refer to.
PARTED = 8
#: Lines outward in which what is allocated counts to a member: the object itself is made where its constructor is called.
CALLERS = 3
STEPS = 12
#: Objects of which the holders are looked for at once, and seconds that all of it may take.
FRONTIER = 64
EXPLAINING = 8.0
#: Objects that are looked at at once; small numbers cost Python no memory, which tracing would note.
CHUNK = 250

_CONTAINERS = (dict, list, set, deque)


class _LeakHunt:
    """What the agent holds at three moments of a hunt, what of it grew in between, and who holds that.

    Nothing of the agent's own code is called: no `__len__`, `__eq__` or `__repr__`, and no value is told but names.
    """

    def __init__(self, tracing: _Tracing):
        self._tracing = tracing
        self._traces = False
        self._marks: list[_Held] = []

    def trace(self) -> None:
        """From now on it is noted where each object is made: the agent runs slower."""
        if not self._traces:
            self._tracing.begin(HUNT_FRAMES)
            self._traces = True

    def end(self) -> None:
        if self._traces:
            self._tracing.end()
        self._traces = False
        self._marks = []

    def read(self) -> dict[str, float]:
        """Collects garbage and reads what is held. `overhead` is what tracing itself takes of the process's memory."""
        gc.collect()
        read: dict[str, float] = {"objects": len(gc.get_objects()), "blocks": sys.getallocatedblocks()}
        overhead = 0
        if self._traces:
            import tracemalloc

            overhead = tracemalloc.get_tracemalloc_memory()
            read.update(traced=tracemalloc.get_traced_memory()[0], overhead=overhead)
        malloc = _malloc_in_use()
        if malloc:
            read["malloc"] = max(0, malloc - overhead)
        return read

    def mark(self) -> dict[str, float]:
        """Notes what is held now. Of numbers only: notes of another kind would be growth of our own."""
        began = _clock()
        lengths, counts, _, _ = _inventory({}, {})
        sizes: dict[int, int] = {}
        if self._traces:
            for statistic in _all_traced():
                sizes[hash(_frames(statistic.traceback))] = statistic.size
        self._marks.append(_Held(_columns(lengths), _columns(counts), _columns(sizes)))
        return {"pause": round(_clock() - began, 6)}

    def explain(self) -> dict[str, Any]:
        """What grew from the first mark to the second, and from there until now."""
        if len(self._marks) < 2:
            raise RuntimeError("there is nothing to compare with: leaks_mark comes first, twice")
        began = _clock()
        first, second = self._marks[0], self._marks[-1]
        lines = _grown_lines(first, second) if self._traces else {}
        before, between = dict(zip(*first.lengths)), dict(zip(*second.lengths))
        _, counts, grown, growths = _inventory(before, between)
        types_before, types_between = dict(zip(*first.types)), dict(zip(*second.types))
        kinds = {}
        for key, (kind, now) in counts.items():
            growth = _growth(types_before.get(key, 0), types_between.get(key, 0), now)
            if growth >= LEAST_GROWTH:
                kinds[kind] = growth
        holders = _Holders(began + EXPLAINING, {id(grown)})
        found = _growing_containers(grown, growths, holders)
        _assign(lines, found)
        # Those that no container holds: with lines, where such objects are made that nobody else accounts for.
        more = _growing_types(kinds, found, set(grown), holders)
        unexplained = {own[0] for own in lines}
        more = [
            one
            for one in more
            if ((one.places | one.parts) & unexplained if self._traces else not any(other.own for other in found))
        ]
        _assign(lines, more)
        found += more
        grown.clear()
        found.sort(key=lambda one: (-one.bytes, -one.grown))
        rest = sorted(lines.items(), key=lambda line: -line[1].grown)
        told = {
            "held": [one.wire() for one in found[:TOLD]],
            "lines": [line.wire() for _, line in rest[:TOLD] if line.grown >= 1024],
            "pause": round(_clock() - began, 6),
        }
        return _shortened(told)


class _Held(NamedTuple):
    """What is held at one moment, in columns of keys and numbers: lengths of containers by id, objects by the hash of
    their type's name, bytes by the hash of the traceback through which they came."""

    lengths: tuple[Any, Any]
    types: tuple[Any, Any]
    traces: tuple[Any, Any]


def _columns(numbers: dict[int, Any]) -> tuple[Any, Any]:
    values = (each[1] if isinstance(each, tuple) else each for each in numbers.values())
    return array("q", numbers.keys()), array("q", values)


def _growth(before: int, between: int, now: int) -> int:
    """How much something grew, unless it did so in one half alone."""
    whole = now - before
    halves = min(between - before, now - between)
    return whole if halves > 0 and halves >= EACH_HALF * whole else 0


def _inventory(
    before: dict[int, int], between: dict[int, int]
) -> tuple[dict[int, int], dict[int, tuple[type, int]], dict[int, Any], dict[int, int]]:
    """Lengths of the containers by id, objects by the hash of their type's name, and the containers that grew since,
    with how much they did."""
    gc.collect()
    objects = gc.get_objects()
    of_type: dict[type, int] = {}
    # Of a class that has a length of its own, the agent would be asked.
    sized = {dict}
    # A module tells of more than it holds: `_asyncio` of Python 3.12 of objects that are freed, whom a look would revive.
    modules = {types.ModuleType}
    lengths: dict[int, int] = {}
    grown: dict[int, Any] = {}
    growths: dict[int, int] = {}
    for start in range(0, len(objects), CHUNK):
        chunk = objects[start : start + CHUNK]
        for kind, number in Counter(map(type, chunk)).items():
            if kind not in of_type and _has_length(kind):
                sized.add(kind)
            if kind not in of_type and types.ModuleType in kind.__mro__:
                modules.add(kind)
            of_type[kind] = of_type.get(kind, 0) + number
        long = [one for one in chunk if type(one) in sized and len(one) >= LEAST_LENGTH]
        # Before Python 3.14 the garbage collector does not know of dictionaries that hold texts and numbers alone.
        if sys.version_info < (3, 14):
            inner = gc.get_referents(*[one for one in chunk if type(one) not in modules])
            long += [one for one in inner if type(one) is dict and len(one) >= LEAST_LENGTH and not gc.is_tracked(one)]
            inner.clear()
        for container in long:
            key = id(container)
            length = lengths[key] = len(container)
            growth = _growth(before.get(key, 0), between.get(key, 0), length) if between else 0
            if growth >= LEAST_GROWTH:
                grown[key] = container
                growths[key] = growth
        long.clear()
    objects.clear()
    counts: dict[int, tuple[type, int]] = {}
    for kind, number in of_type.items():
        key = hash(_type_name(kind))
        counts[key] = (kind, number + (counts[key][1] if key in counts else 0))
    return lengths, counts, grown, growths


def _has_length(kind: type) -> bool:
    """Whether it is a container whose length Python itself tells."""
    owner = next((one for one in kind.__mro__ if "__len__" in one.__dict__), None)
    return owner in (*_CONTAINERS, OrderedDict)


def _type_name(kind: type) -> str:
    name = type.__dict__["__qualname__"].__get__(kind)
    return f"{_module_of(kind)}.{name}"


def _module_of(kind: type) -> str:
    module = type.__dict__["__module__"].__get__(kind)
    return module if type(module) is str else "?"


def _malloc_in_use() -> int:
    """Bytes that are allocated by malloc, of C libraries too: whatever is larger than 512 bytes. 0 where it can't be
    told, which is without the C library of GNU."""
    global _mallinfo
    if _mallinfo is None:
        _mallinfo = _find_mallinfo()
    return _mallinfo() if _mallinfo else 0


_mallinfo: Any = None


def _find_mallinfo() -> Any:
    try:
        import ctypes

        class Mallinfo2(ctypes.Structure):
            _fields_ = [
                (name, ctypes.c_size_t)
                for name in "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split()
            ]

        function = ctypes.CDLL(None).mallinfo2
        function.restype = Mallinfo2
    except (ImportError, OSError, AttributeError, TypeError):
        return False

    def read() -> int:
        info = function()
        return int(info.uordblks + info.hblkhd)

    return read


#: The folder of Python's own modules.
_STDLIB = os.path.dirname(os.path.abspath(os.__file__)) + os.sep


@functools.lru_cache(maxsize=10_000)
def _is_own(file: str) -> bool:
    """Whether the developer wrote a file: no module of Python's or of its packages."""
    if file == _HERE or file.startswith("<") or not file:
        return False
    path = os.path.abspath(file)
    parts = path.replace("\\", "/").split("/")
    return "site-packages" not in parts and "dist-packages" not in parts and not path.startswith(_STDLIB)


_LRU_CACHE = type(_is_own)


def _is_own_module(name: str) -> bool:
    return _is_own(_file_of(sys.modules.get(name)))


def _file_of(module: Any) -> str:
    file = _module_names(module).get("__file__") if types.ModuleType in type(module).__mro__ else None
    return file if type(file) is str else ""


def _module_names(module: Any) -> dict[str, Any]:
    """Without waking a module that is loaded when it is first used."""
    names: dict[str, Any] = types.ModuleType.__dict__["__dict__"].__get__(module)
    return names


_CLASS = 1 << 31


def _is_class(one: Any) -> bool:
    return bool(type(one).__flags__ & _CLASS)


def _frames(traceback: Any) -> tuple[tuple[str, int], ...]:
    """Innermost first."""
    return tuple((frame.filename, frame.lineno) for frame in reversed(traceback))


def _owner(frames: tuple[tuple[str, int], ...]) -> tuple[str, int] | None:
    """The developer's line: what a library allocates counts for who called it."""
    return next((frame for frame in frames if _is_own(frame[0])), None)


class _Line:
    """A line of the developer's, and what was allocated there, or below it, that is held."""

    __slots__ = ("blocks", "frames", "grown", "halves", "most")

    def __init__(self) -> None:
        self.halves = [0, 0, 0]
        self.grown = 0
        self.blocks = 0
        self.most = 0
        #: The traceback of most of it, innermost first.
        self.frames: tuple[tuple[str, int], ...] = ()

    def wire(self) -> dict[str, Any]:
        return {"bytes": self.grown, "blocks": self.blocks, "frames": _wire_frames(self.frames)}


def _all_traced() -> list[Any]:
    """What is held, by the traceback through which it came."""
    import tracemalloc

    statistics: list[Any] = tracemalloc.take_snapshot().statistics("traceback")
    return statistics


def _grown_lines(first: _Held, second: _Held) -> dict[tuple[Any, ...], _Line]:
    """By their whole traceback as far as it is the developer's, where the innermost line grew in both halves: callers
    may come and go."""
    before, between = dict(zip(*first.traces)), dict(zip(*second.traces))
    lines: dict[tuple[Any, ...], _Line] = {}
    for statistic in _all_traced():
        frames = _frames(statistic.traceback)
        own = tuple(frame for frame in frames if _is_own(frame[0]))
        if not own or frames[0][0] == _HERE:
            continue
        key = hash(frames)
        line = lines.setdefault(own, _Line())
        for at, size in enumerate((before.get(key, 0), between.get(key, 0), statistic.size)):
            line.halves[at] += size
        line.blocks += statistic.count
        if statistic.size > line.most:
            line.most, line.frames = statistic.size, frames
    whole: dict[tuple[str, int], list[int]] = {}
    for own, line in lines.items():
        line.grown = line.halves[2] - line.halves[0]
        sums = whole.setdefault(own[0], [0, 0, 0])
        sums[:] = [sum(pair) for pair in zip(sums, line.halves)]
    return {own: line for own, line in lines.items() if line.grown > 0 and _growth(*whole[own[0]]) > 0}


class _Suspect:
    """Something that holds more and more, or objects of which there are more and more."""

    __slots__ = (
        "bytes",
        "callers",
        "container",
        "definition",
        "frames",
        "grown",
        "kind",
        "own",
        "parts",
        "places",
        "size",
        "way",
    )

    def __init__(self, container: str, size: int, grown: int, way: _Way):
        self.container = container
        self.size = size
        self.grown = grown
        self.way = way
        self.own = way.own
        #: Of most of its newest members.
        self.kind = ""
        #: Estimated from some, until lines tell better.
        self.bytes = 0
        #: Where members were made, by the traceback of each.
        self.frames: list[tuple[tuple[str, int], ...]] = []
        self.places: set[tuple[str, int]] = set()
        #: The same of what members refer to.
        self.parts: set[tuple[str, int]] = set()
        #: The developer's lines by which members came, the innermost few.
        self.callers: set[tuple[str, int]] = set()
        #: Where the function stands that is held, or whose results are.
        self.definition: tuple[str, int] | None = None

    def look_at(self, members: list[tuple[Any, ...]], elsewhere: set[int]) -> None:
        """Members, each the likeliest thing first: of a dictionary's the value, then the key. What is in `elsewhere`
        is no part of theirs."""
        kinds: Counter[type] = Counter()
        sizes = 0
        parts: list[tuple[tuple[str, int], ...]] = []
        for member in members:
            thing = next((one for one in member if type(one) not in _TRIVIAL), member[0])
            kinds[type(thing)] += 1
            sizes += sum(_size(one) for one in member)
            frames = next((frames for frames in map(_origin, member) if frames and _owner(frames)), None)
            if frames:
                self.frames.append(frames)
            elif len(parts) < PARTED:
                parts += islice((frames for frames in _origins(member, elsewhere) if _owner(frames)), 1)
            place = _definition(thing)
            if place and _is_own(place[0]):
                self.definition = place
        if kinds:
            self.kind = _type_label(kinds.most_common(1)[0][0])
            self.bytes = sizes * self.grown // len(members)
        self.places = {owner for owner in map(_owner, self.frames) if owner}
        # Python 3.11 can't tell where objects with attributes were made; what they refer to came the same way.
        self.frames = self.frames or parts
        for frames in self.frames:
            self.callers.update(islice((frame for frame in frames if _is_own(frame[0])), CALLERS))
        for member in members[:PARTED]:
            self.parts |= {owner for frames in _origins(member, elsewhere) for owner in [_owner(frames)] if owner}

    def wire(self) -> dict[str, Any]:
        most = Counter(self.frames).most_common(1)
        told: dict[str, Any] = {
            "container": self.container,
            "class": self.kind,
            "count": self.size,
            "grown": self.grown,
            "bytes": self.bytes,
            "way": self.way.wire(),
            "frames": _wire_frames(most[0][0]) if most else [],
        }
        definition = self.way.definition or self.definition
        if definition:
            told["definition"] = {"file": os.path.abspath(definition[0])[:4096], "line": definition[1]}
        if self.way.file:
            told["file"] = os.path.abspath(self.way.file)[:4096]
        return told


_TRIVIAL = (type(None), bool, int, float)


def _origin(one: Any) -> tuple[tuple[str, int], ...] | None:
    """Where an object was made, if that was traced."""
    tracemalloc = sys.modules.get("tracemalloc")
    traceback = tracemalloc.get_object_traceback(one) if tracemalloc else None
    return _frames(traceback) if traceback else None


def _origins(member: tuple[Any, ...], elsewhere: set[int]) -> list[tuple[tuple[str, int], ...]]:
    """Where what a member refers to was made, as far as it was traced: what holds its memory."""
    found: list[tuple[tuple[str, int], ...]] = []
    seen = {id(member)}
    todo: deque[Any] = deque(member)
    while todo and len(seen) < 200:
        one = todo.popleft()
        if types.ModuleType in type(one).__mro__:
            continue
        frames = _origin(one)
        if frames:
            found.append(frames)
        for part in gc.get_referents(one):
            key = id(part)
            if key not in seen and key not in elsewhere and not _is_class(part):
                seen.add(key)
                todo.append(part)
    return found


_PARTS = (str, bytes, bytearray, list, dict, tuple, set)
_HEAP_TYPE = 1 << 9


def _size(one: Any) -> int:
    """Bytes of an object with its attributes; classes of the agent's are not asked, since they might answer."""
    if type(one).__flags__ & _HEAP_TYPE:
        parts = (part for part in gc.get_referents(one) if type(part) in _PARTS)
        return object.__sizeof__(one) + sum(map(sys.getsizeof, islice(parts, 32)))
    return sys.getsizeof(one, 0)


def _definition(one: Any) -> tuple[str, int] | None:
    """Where a function stands, or the one that a partial or a method calls, or that a task runs."""
    for _ in range(3):
        kind = type(one)
        if kind is types.FunctionType:
            return one.__code__.co_filename, one.__code__.co_firstlineno
        code = _code_of(one)
        if code is not None:
            return code.co_filename, code.co_firstlineno
        one = one.__func__ if kind is types.MethodType else one.func if kind is functools.partial else None
    return None


def _type_label(kind: type) -> str:
    return _text(type.__dict__["__qualname__"].__get__(kind), 120, "?")


def _newest(container: Any) -> list[tuple[Any, ...]]:
    """Some members, the newest ones where the order tells them."""
    base = next(base for base in _CONTAINERS if base in type(container).__mro__)
    for _ in range(10):
        try:
            if base is dict:
                return [(value, key) for key, value in islice(reversed(dict.items(container)), SAMPLES)]
            if base is list:
                return [(one,) for one in list.__getitem__(container, slice(-SAMPLES, None))]
            if base is deque:
                return [(one,) for one in islice(deque.__reversed__(container), SAMPLES)]
            members = [(one,) for one in islice(set.__iter__(container), 100 * SAMPLES)]
            return sorted(members, key=lambda member: _origin(member[0]) is None)[:SAMPLES]
        except RuntimeError:
            pass  # it was changed meanwhile
    return []


def _growing_containers(grown: dict[int, Any], growths: dict[int, int], holders: _Holders) -> list[_Suspect]:
    """The containers that grew most, those that are held in the same way as one."""
    found: dict[tuple[Any, ...], _Suspect] = {}
    for key in sorted(growths, key=lambda one: -growths[one])[: 3 * TOLD]:
        container = grown[key]
        members = _newest(container)
        if members and all(weakref.ref in type(member[0]).__mro__ for member in members):
            continue  # it holds nothing: what it knows of is held elsewhere
        way = holders.way(container)
        if way is None:
            continue
        suspect = _Suspect(_type_label(type(container)), len(container), growths[key], way)
        suspect.look_at(members, holders.elsewhere | grown.keys())
        del members
        same = found.setdefault((way.words, suspect.kind), suspect)
        if same is not suspect:
            same.size += suspect.size
            same.grown += suspect.grown
            same.bytes += suspect.bytes
            same.frames += suspect.frames
            same.places |= suspect.places
            same.parts |= suspect.parts
            same.callers |= suspect.callers
    return list(found.values())


def _growing_types(
    kinds: dict[type, int], found: list[_Suspect], containers: set[int], holders: _Holders
) -> list[_Suspect]:
    """Objects of the developer's classes of which there are more and more, that no growing container holds: those of a
    linked list, for one."""
    known = {suspect.kind for suspect in found}
    own = [kind for kind in kinds if _is_own_module(_module_of(kind)) and _type_label(kind) not in known]
    more: list[_Suspect] = []
    for kind in sorted(own, key=lambda one: -kinds[one])[:3]:
        alike = [one for one in gc.get_objects() if type(one) is kind]
        heads = _heads(alike)
        holders.hide(alike)
        holders.hide(heads)
        way = holders.way(heads[-1], containers) if heads else None
        if way is None:
            continue
        # Many small containers, none of which grew by much.
        container = way.steps[0].holder if way.steps[0].name == "[]" and len(way.steps) > 1 else ""
        way = way._replace(steps=way.steps[1:]) if container else way
        suspect = _Suspect(container, len(alike), kinds[kind], way)
        suspect.look_at([(one,) for one in heads[-SAMPLES:]], holders.elsewhere)
        more.append(suspect)
        alike.clear()
        heads.clear()
    return more


def _heads(alike: list[Any]) -> list[Any]:
    """Of objects of a class those that no other of them refers to: the outer end of a list."""
    inner = gc.get_referents(*alike)
    tables = [one for one in inner if type(one) is dict]
    held = {id(one) for one in inner} | {id(one) for one in gc.get_referents(*tables)}
    return [one for one in alike if id(one) not in held] or alike


def _assign(lines: dict[tuple[Any, ...], _Line], found: list[_Suspect]) -> None:
    """What was allocated at a line that makes members of a suspect, or below it, is the suspect's. The others are left,
    by the developer's innermost line."""
    traced: Counter[int] = Counter()
    for own in list(lines):
        suspect = next((at for frame in own for at, one in enumerate(found) if frame in one.places), None)
        if suspect is None:
            suspect = next((at for frame in own for at, one in enumerate(found) if frame in one.parts), None)
        if suspect is None:
            suspect = next((at for at, one in enumerate(found) if own[0] in one.callers), None)
        if suspect is not None:
            traced[suspect] += lines.pop(own).grown
    for at, size in traced.items():
        found[at].bytes = size
    for own in [own for own in lines if len(own) > 1]:
        line, same = lines.pop(own), lines.setdefault(own[:1], _Line())
        same.grown += line.grown
        same.blocks += line.blocks
        if line.most > same.most:
            same.most, same.frames = line.most, line.frames


class _Step(NamedTuple):
    """One step outward: `sessions` in `module agent`."""

    name: str
    holder: str
    #: It stands in the developer's code.
    own: bool


class _Way(NamedTuple):
    """From something outward to who holds it."""

    steps: tuple[_Step, ...]
    #: The file in which the last holder stands.
    file: str
    #: The function whose results a cache of functools keeps.
    definition: tuple[str, int] | None

    @property
    def words(self) -> tuple[tuple[str, str], ...]:
        return tuple((step.name, step.holder) for step in self.steps)

    @property
    def own(self) -> bool:
        return any(step.own for step in self.steps)

    def wire(self) -> list[dict[str, Any]]:
        return [{"name": step.name, "holder": step.holder, "own": step.own} for step in self.steps]


class _Holders:
    """Finds who holds an object: outward, holder by holder, to a module, a class, a function that runs."""

    def __init__(self, until: float, hidden: set[int]):
        self._until = until
        #: Our own things, which hold what we look at.
        self._hidden = hidden
        modules = [one for one in list(sys.modules.values()) if types.ModuleType in type(one).__mro__]
        self._modules = {id(_module_names(module)): module for module in modules}
        self._locals: dict[int, tuple[str, types.CodeType]] | None = None
        #: What is no part of an object that refers to it.
        self.elsewhere = set(self._modules)

    def hide(self, own: Any) -> None:
        self._hidden.add(id(own))

    def way(self, target: Any, forbidden: set[int] | None = None) -> _Way | None:
        """None where nobody of the agent's holds it, where it is held by one of `forbidden`, or time is over."""
        things: dict[int, Any] = {id(target): target}
        inner: dict[int, int] = {}
        frontier = [target]
        hidden = self._hidden | {id(things), id(frontier)}
        best: tuple[int, int, Any] | None = None
        for depth in range(STEPS):
            if not frontier or _clock() > self._until or (best and depth > best[1] + 1):
                break
            referrers = gc.get_referrers(*frontier)
            hidden.add(id(referrers))
            members = {id(one) for one in frontier}
            outer: list[Any] = []
            for one in referrers:
                key = id(one)
                if key in hidden or key in things or self._is_ours(one) or types.ModuleType in type(one).__mro__:
                    continue
                if forbidden and key in forbidden:
                    return None
                inside = next((id(part) for part in gc.get_referents(one) if id(part) in members), None)
                if inside is None or (_is_class(one) and type(things[inside]) is not dict):
                    continue
                things[key] = one
                inner[key] = inside
                rank = self._rank(one)
                if rank is None:
                    outer.append(one)
                elif best is None or rank < best[0]:
                    best = (rank, depth, one)
            frontier.clear()
            frontier.extend(sorted(outer, key=self._likeliness)[:FRONTIER])
            outer.clear()
            referrers.clear()
            if best and best[0] == 0:
                break
        if best is None:
            return self._local_way(target)
        chain = [best[2]]
        while id(chain[-1]) in inner:
            chain.append(things[inner[id(chain[-1])]])
        chain.reverse()
        way = self._told(chain)
        chain.clear()
        things.clear()
        return way

    def _is_ours(self, one: Any) -> bool:
        kind = type(one)
        if kind is types.FrameType:
            return one.f_code.co_filename == _HERE  # type: ignore[no-any-return]
        return _module_of(kind) == __name__

    def _rank(self, one: Any) -> int | None:
        """None for what is held by something else in turn; the developer's own roots come first."""
        module = self._modules.get(id(one))
        if module is not None:
            return 0 if _is_own(_file_of(module)) else 2
        if _is_class(one):
            return 0 if _is_own_module(_module_of(one)) else 2
        code = _code_of(one)
        return None if code is None else 0 if _is_own(code.co_filename) else 1

    def _likeliness(self, one: Any) -> int:
        """Where there are too many to follow, dictionaries and the developer's objects are looked at first."""
        kind = type(one)
        return 0 if kind is dict else 1 if _is_own_module(_module_of(kind)) else 2

    def _local_way(self, target: Any) -> _Way | None:
        """A variable of a function that runs: from Python 3.11 on no object holds those."""
        if self._locals is None:
            self._locals = _running_locals()
        name, code = self._locals.get(id(target), ("", None))
        if code is None:
            return None
        return _Way((_Step(name, f"{_code_name(code)}()", True),), code.co_filename, None)

    def _told(self, chain: list[Any]) -> _Way | None:
        """The way in words. What Python itself puts in between (a table of attributes, a cell) is left out."""
        for at in range(len(chain) - 1, 0, -1):
            if type(chain[at]) is types.CellType and at + 1 < len(chain) and type(chain[at + 1]) is not tuple:
                del chain[at]  # a function's own variable that its inner functions use
        steps: list[_Step] = []
        definition = None
        file = ""
        at = 0
        while at + 1 < len(chain):
            held, holder = chain[at], chain[at + 1]
            outer = chain[at + 2] if at + 2 < len(chain) else None
            kind = type(holder)
            at += 1
            if id(holder) in self._modules:
                module = self._modules[id(holder)]
                file = _file_of(module)
                name = _text(_module_names(module).get("__name__"), 120, "?")
                steps.append(_Step(_key(holder, held), f"module {name}", _is_own(file)))
            elif kind is dict and outer is not None and _is_class(outer):
                file = _file_of(sys.modules.get(_module_of(outer)))
                steps.append(_Step(_key(holder, held), f"class {_type_label(outer)}", _is_own(file)))
                break
            elif kind is dict and outer is not None and _attributes(outer) is holder:
                steps.append(_Step(_key(holder, held), _object_label(outer), _is_own_module(_module_of(type(outer)))))
                at += 1
            elif kind is types.CellType and type(outer) is tuple and at + 2 < len(chain):
                function = chain[at + 2]
                if type(function) is types.FunctionType:
                    name = dict(zip(map(id, outer), function.__code__.co_freevars)).get(id(holder), "?")
                    steps.append(_Step(name, _object_label(function), _is_own(function.__code__.co_filename)))
                    at += 2
            elif kind is tuple and type(outer) is types.FunctionType and outer.__defaults__ is holder:
                code = outer.__code__
                names = code.co_varnames[: code.co_argcount][-len(holder) :]
                name = dict(zip(map(id, holder), names)).get(id(held), "?")
                steps.append(_Step(name, _object_label(outer), _is_own(code.co_filename)))
                file = code.co_filename
                at += 1
            elif kind is _LRU_CACHE:
                wrapped = (_attributes(holder) or {}).get("__wrapped__")
                if type(wrapped) is types.FunctionType:
                    definition = (wrapped.__code__.co_filename, wrapped.__code__.co_firstlineno)
                steps.append(_Step("cache", _object_label(wrapped or holder), False))
            else:
                code = _code_of(holder)
                if code is not None:
                    file = code.co_filename
                own = _is_own(file) if code is not None else _is_own_module(_module_of(kind))
                steps.append(_Step(_edge(holder, held), _object_label(holder), own))
        if any(step.holder == f"module {__name__}" for step in steps):
            return None
        return _Way(tuple(steps[:STEPS]), file, definition)


def _code_of(one: Any) -> types.CodeType | None:
    """Of a frame, or of a coroutine or generator that waits."""
    kind = type(one)
    code = (
        one.f_code
        if kind is types.FrameType
        else one.cr_code
        if kind is types.CoroutineType
        else one.gi_code
        if kind is types.GeneratorType
        else one.ag_code
        if kind is types.AsyncGeneratorType
        else None
    )
    return code  # type: ignore[no-any-return]


def _code_name(code: types.CodeType) -> str:
    return _text(getattr(code, "co_qualname", code.co_name), 120, "?")


def _object_label(one: Any) -> str:
    """`sessions()` of a function, else its class."""
    code = one.__code__ if type(one) is types.FunctionType else _code_of(one)
    return _type_label(type(one)) if code is None else f"{_code_name(code)}()"


def _attributes(one: Any) -> Any:
    try:
        return object.__getattribute__(one, "__dict__")
    except Exception:  # it has none
        return None


def _key(table: Any, held: Any) -> str:
    """By which key a dictionary holds something; keys that may be data are told as `[]`."""
    if len(table) > 4096:
        return "[]"
    name = next((key for key, value in list(dict.items(table)) if value is held), None)
    return name if type(name) is str and name.isidentifier() and len(name) <= 64 else "[]"


def _edge(holder: Any, held: Any) -> str:
    """By which name an object holds another."""
    kind = type(holder)
    if kind is dict:
        return _key(holder, held) if len(holder) < 64 else "[]"
    if any(base in kind.__mro__ for base in (*_CONTAINERS, tuple, frozenset)):
        return "[]"
    frame = (
        holder
        if kind is types.FrameType
        else getattr(holder, "cr_frame", None) or getattr(holder, "gi_frame", None) or getattr(holder, "ag_frame", None)
        if _code_of(holder) is not None
        else None
    )
    if frame is not None:
        return next((name for name, value in _locals_of(frame) if value is held), "?")
    table = _attributes(holder)
    if type(table) is dict:
        name = _key(table, held)
        if name != "[]":
            return name
    for base in kind.__mro__:
        for name, member in list(vars(base).items()):
            if type(member) is types.MemberDescriptorType:
                try:
                    if member.__get__(holder) is held:
                        return _text(name, 64, "?")
                except (AttributeError, TypeError):
                    pass  # it has no value
    return "?"


def _locals_of(frame: Any) -> list[tuple[str, Any]]:
    table = frame.f_locals
    pairs = list(table.items())
    # Before Python 3.13 it is a copy that the frame keeps: it would hold what the function lets go of.
    if type(table) is dict and frame.f_code.co_flags & _OPTIMIZED:
        table.clear()
    return pairs


#: Of a function's code: its variables are not a dictionary.
_OPTIMIZED = 1


def _running_locals() -> dict[int, tuple[str, types.CodeType]]:
    """The variables of the developer's functions that run, by the id of what they hold."""
    found: dict[int, tuple[str, types.CodeType]] = {}
    for frame in list(sys._current_frames().values()):
        at: Any = frame
        while at is not None:
            if _is_own(at.f_code.co_filename) and at.f_code.co_flags & _OPTIMIZED:
                for name, value in _locals_of(at):
                    found.setdefault(id(value), (name, at.f_code))
            at = at.f_back
    return found


def _wire_frames(frames: tuple[tuple[str, int], ...]) -> list[dict[str, Any]]:
    return [
        {"file": _text(os.path.abspath(file) if _is_own(file) else file, 4096, "?"), "line": line, "own": _is_own(file)}
        for file, line in frames
    ]


def _shortened(told: dict[str, Any]) -> dict[str, Any]:
    """Deep folders make long paths: outer frames are left out until it fits into a line, then what grew least."""
    frames = HUNT_FRAMES
    while len(json.dumps(told)) > MAX_LINE - 1024:
        frames //= 2
        for kind in ("held", "lines"):
            told[kind] = [{**one, "frames": one["frames"][:frames]} for one in told[kind]]
            if not frames:
                told[kind] = told[kind][:-1]
    return told


# ---- What is read of the process ------------------------------------------------------------------------------------


def _agent_name() -> str:
    given = os.environ.get("AGENT_VITALS_AGENT")
    if given:
        return given
    main = getattr(sys.modules.get("__main__"), "__file__", None) or sys.argv[0]
    script = os.path.abspath(main) if main and not main.startswith("-") else ""
    folder, name = os.path.split(script)
    project = _project_name(folder)
    if not project and (not name.endswith(".py") or "site-packages" in folder):
        # A tool that runs the agent, as uvicorn does: the agent's project is where it was called.
        project = _project_name(_current_folder())
    return project or (os.path.basename(folder) if name == "__main__.py" else name) or "agent"


def _current_folder() -> str:
    try:
        return os.getcwd()
    except OSError:
        return ""  # it was removed under the agent


def _project_name(folder: str) -> str:
    """The project's name in the nearest pyproject.toml upward; read by hand, since tomllib came with Python 3.11."""
    while folder:
        try:
            with open(os.path.join(folder, "pyproject.toml"), encoding="utf-8") as file:
                section = ""
                for line in file:
                    key, _, value = (part.strip() for part in line.partition("="))
                    if key.startswith("["):
                        section = key.split("]")[0].strip("[ ")
                    elif key == "name" and section in ("project", "tool.poetry") and value[:1] in ("'", '"'):
                        return value[1:].split(value[0])[0]
        except (OSError, ValueError):
            pass  # none here, or none that can be read: the next folder upward may have one
        parent = os.path.dirname(folder)
        folder = parent if parent != folder else ""
    return ""


def _process_start() -> float:
    """When this process started, Unix seconds."""
    try:
        if sys.platform.startswith("linux"):
            return _linux_start()
        if sys.platform == "darwin":
            return _darwin_start()
        if sys.platform == "win32":
            return _windows_start()
    except Exception:  # a hardened system; the time of our import is close
        pass
    return _IMPORTED


def _linux_start() -> float:
    with open("/proc/self/stat", encoding="ascii", errors="replace") as file:
        # The program's name stands in brackets and may hold anything, blanks and brackets included.
        ticks = int(file.read().rpartition(")")[2].split()[19])
    with open("/proc/stat", encoding="ascii") as file:
        boot = next(float(line.split()[1]) for line in file if line.startswith("btime"))
    with open("/proc/uptime", encoding="ascii") as file:
        exact = _now() - float(file.read().split()[0])
    # A container may be shown an uptime of its own.
    return (exact if abs(exact - boot) < 2 else boot) + ticks / os.sysconf("SC_CLK_TCK")


def _darwin_start() -> float:
    import subprocess

    command = ["/bin/ps", "-o", "lstart=", "-p", str(os.getpid())]
    text = subprocess.run(command, env={"LC_ALL": "C"}, stdout=subprocess.PIPE, timeout=2, check=True).stdout
    return time.mktime(time.strptime(text.decode("ascii").strip(), "%a %b %d %H:%M:%S %Y"))


def _windows_start() -> float:
    import ctypes

    kernel = ctypes.windll.kernel32  # type: ignore[attr-defined]
    times = [ctypes.c_uint64() for _ in range(4)]
    process = ctypes.c_void_p(kernel.GetCurrentProcess())
    if not kernel.GetProcessTimes(process, *(ctypes.byref(t) for t in times)):
        raise OSError("GetProcessTimes failed")
    return times[0].value / 1e7 - 11644473600  # 100 ns since 1601


def _memory_usage() -> MemoryUsage:
    try:
        rss = _rss()
    except (OSError, ValueError, AttributeError, IndexError, ImportError):
        rss = 0
    return MemoryUsage(rss, gc.get_count(), tuple(each["collections"] for each in gc.get_stats()))


def _rss() -> int:
    if sys.platform.startswith("linux"):
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    import ctypes

    if sys.platform == "darwin":
        libc = ctypes.CDLL(None)
        basic = (ctypes.c_uint64 * 6)()  # MACH_TASK_BASIC_INFO: virtual_size, resident_size, …
        length = ctypes.c_uint32(12)
        return 0 if libc.task_info(libc.mach_task_self(), 20, basic, ctypes.byref(length)) else basic[1]
    counters = (ctypes.c_size_t * 16)()  # PROCESS_MEMORY_COUNTERS: cb and faults, peak, WorkingSetSize, …
    size = 8 + 8 * ctypes.sizeof(ctypes.c_size_t)
    ctypes.cast(counters, ctypes.POINTER(ctypes.c_uint32))[0] = size
    kernel = ctypes.windll.kernel32
    process = ctypes.c_void_p(kernel.GetCurrentProcess())
    at = 8 // ctypes.sizeof(ctypes.c_size_t) + 1
    return counters[at] if kernel.K32GetProcessMemoryInfo(process, counters, size) else 0


def _gc_metrics(usage: MemoryUsage) -> list[tuple[str, float, str, dict[str, Any]]]:
    """Named as OpenTelemetry does, but for the last, which it has not."""
    metrics: list[tuple[str, float, str, dict[str, Any]]] = []
    for generation, stats in enumerate(gc.get_stats()):
        of = {"cpython.gc.generation": generation}
        metrics.append(("cpython.gc.collections", stats["collections"], "{collection}", of))
        metrics.append(("cpython.gc.collected_objects", stats["collected"], "{object}", of))
        metrics.append(("cpython.gc.uncollectable_objects", stats["uncollectable"], "{object}", of))
    for generation, waiting in enumerate(usage.gc_count):
        metrics.append(("cpython.gc.count", waiting, "{object}", {"cpython.gc.generation": generation}))
    return metrics


class _Counted:
    """How many objects the garbage collector tracks and how many small blocks are in use. Counting takes some 10 ms for
    a million objects: large agents are counted more rarely."""

    def __init__(self) -> None:
        self._next = 0.0

    def metrics(self) -> list[tuple[str, float, str, dict[str, Any] | None]]:
        began = _clock()
        if began < self._next:
            return []
        objects, blocks = len(gc.get_objects()), sys.getallocatedblocks()
        ended = _clock()
        self._next = ended + (ended - began) / COUNTING_SHARE
        metrics = [("agent_vitals.python.objects", objects, "{object}", None)]
        return [*metrics, ("agent_vitals.python.blocks", blocks, "{block}", None)] if blocks else metrics  # PyPy: 0


def _cuda_metrics() -> list[tuple[str, float, str, dict[str, Any]]]:
    """What torch holds on each device, if the agent has imported it and uses CUDA; neither is begun by us."""
    metrics: list[tuple[str, float, str, dict[str, Any]]] = []
    try:
        cuda = sys.modules["torch"].cuda
        if cuda.is_initialized():
            for index in range(cuda.device_count()):
                of = {"device": f"cuda:{index}"}
                metrics.append(("torch.cuda.memory.allocated", cuda.memory_allocated(index), "By", of))
                metrics.append(("torch.cuda.memory.reserved", cuda.memory_reserved(index), "By", of))
    except Exception:  # no torch, one that is half imported, or a driver that fails: there is nothing to tell
        return []
    return metrics


def _active_span() -> tuple[int, int] | None:
    """Trace and span id of OpenTelemetry's active span, if the agent has imported it."""
    trace = sys.modules.get("opentelemetry.trace")
    if trace is None:
        return None
    try:
        context = trace.get_current_span().get_span_context()
        if context.is_valid:
            return int(context.trace_id), int(context.span_id)
    except Exception:  # half imported, or replaced by something else: the response has no span then
        pass
    return None


# ---- Values that the wire takes -------------------------------------------------------------------------------------


def _text(value: Any, length: int, otherwise: str) -> str:
    """Any value as text, cut to `length` as JavaScript counts, or `otherwise` when there is nothing left."""
    if value.__class__ is not str:
        try:
            value = "" if value is None else str.__str__(value) if isinstance(value, str) else str(value)
        except Exception:  # an object of the agent's that can't tell its name
            return otherwise
    if len(value) * 2 > length and not value.isascii():
        return value.encode("utf-16-le", "surrogatepass")[: length * 2].decode("utf-16-le", "ignore") or otherwise
    return value[:length] or otherwise


def _short(value: Any) -> str:
    return _text(value, 40, type(value).__name__)


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if abs(number) < float("inf") else None  # NaN is not less either


def _positive(value: Any, otherwise: float) -> float:
    number = _number(value)
    return otherwise if number is None or number <= 0 else number


def _duration(value: Any) -> float | None:
    number = None if value is None else _number(value)
    return number if number is not None and 0 <= number <= LONGEST else None


def _count(value: Any) -> int | None:
    number = None if value is None else _number(value)
    return int(number + 0.5) if number is not None and 0 <= number < 2**53 else None


def _scalars(attributes: Any) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for key, value in attributes.items() if isinstance(attributes, dict) else ():
        if isinstance(value, (bool, str)):
            kept[_text(key, 256, "?")] = value[:4096] if isinstance(value, str) else value
        elif _number(value) is not None:
            kept[_text(key, 256, "?")] = _number(value)
    return kept


def _microseconds(seconds: float) -> int:
    return int(seconds * 1e6 + 0.5)


def _known_outcome(outcome: Any) -> str:
    return outcome if outcome == "error" or outcome == "cancelled" else "ok"


def _outcome_of(error: BaseException) -> str:
    """How something ended that raised: given up by its caller or by the user is no failure of it."""
    if isinstance(error, (GeneratorExit, KeyboardInterrupt, SystemExit)):
        return "cancelled"
    # By name: asyncio, concurrent.futures and trio have one each, and none of them is imported for it.
    names = {kind.__name__ for kind in type(error).__mro__}
    return "cancelled" if names & {"CancelledError", "Cancelled"} else "error"


def _unix_time(value: float) -> float:
    """Unix seconds of a time.perf_counter() or time.monotonic() value; one above 1e9 is a time.time() already."""
    return value if value > EPOCH_VALUES else _now() - _clock() + value


_warned: set[str] = set()


def _warn_once(message: str) -> None:
    """Tells the developer on standard error, each text once. Not by `warnings`, which may be set to raise."""
    if message in _warned or len(_warned) > 100:
        return
    _warned.add(message)
    try:
        sys.stderr.write(f"agent_vitals: {message}\n")
        sys.stderr.flush()
    except (AttributeError, OSError, ValueError):
        pass  # an agent without standard error


def _nothing() -> None:
    pass


#: This file as tracebacks name it.
_HERE = _nothing.__code__.co_filename


def _unchanged(fn: F) -> F:
    return fn


# ---- Forks and exits ------------------------------------------------------------------------------------------------

_monitors: list[_ConnectedMonitor] = []
_hooked = False


def _watch(monitor: _ConnectedMonitor) -> None:
    global _hooked
    _monitors.append(monitor)
    if _hooked:
        return
    _hooked = True
    atexit.register(_flush_all)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=_before_fork, after_in_parent=_after_in_parent, after_in_child=_after_in_child)


def _unwatch(monitor: _ConnectedMonitor) -> None:
    if monitor in _monitors:
        _monitors.remove(monitor)


def _flush_all() -> None:
    for monitor in list(_monitors):
        monitor._link.flush(EXIT_PATIENCE)


def _before_fork() -> None:
    for monitor in _monitors:
        monitor._link.pause()


def _after_in_parent() -> None:
    for monitor in _monitors:
        monitor._link.resume()


def _after_in_child() -> None:
    global _IMPORTED
    _IMPORTED = _now()
    for monitor in _monitors:
        monitor._link.abandon()
        monitor._commands.forked()
        monitor._begin()


def _flush_at_multiprocessing_exit(link: _Link) -> None:
    """A process that multiprocessing forked leaves without `atexit`; it has its own way, forgotten at its start."""
    util = sys.modules.get("multiprocessing.util")
    if util is None:
        return

    def register(link: _Link) -> None:
        if not link.queue.closed:
            util.Finalize(None, link.flush, args=(EXIT_PATIENCE,), exitpriority=-100)

    register(link)
    util.register_after_fork(link, register)


#: When this module was imported, or this process forked.
_IMPORTED = _now()
_current_turn: ContextVar[Turn | None] = ContextVar("agent_vitals_turn", default=None)
_IDLE_RESPONSE = _IdleResponse(None, "", None, None)
