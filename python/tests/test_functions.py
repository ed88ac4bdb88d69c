"""`timed` and `measure`: functions of every kind, which stay what they are."""

import asyncio
import concurrent.futures
import functools
import inspect
import time
import unittest

from .listening import reported


def outcomes(listening):
    return [(event["queryType"], event["outcome"]) for event in listening.of("response")]


class Timed(unittest.TestCase):
    def test_functions_and_methods_give_back_what_they_return_and_raise(self):
        with reported() as (monitor, listening):

            class Agent:
                @monitor.timed("method")
                def method(self, value):
                    """Kept."""
                    return value

                @classmethod
                @monitor.timed("inner")
                def inner(cls, value):
                    return value

                @monitor.timed("outer")
                @staticmethod
                def outer(value):
                    return value

            @monitor.timed("fails")
            def fails():
                raise LookupError("secret")

            agent = Agent()
            self.assertEqual([agent.method(1), agent.inner(2), agent.outer(3)], [1, 2, 3])
            self.assertEqual((agent.method.__name__, agent.method.__doc__), ("method", "Kept."))
            self.assertRaises(LookupError, fails)
        self.assertEqual(outcomes(listening), [("method", "ok"), ("inner", "ok"), ("outer", "ok"), ("fails", "error")])
        self.assertEqual(listening.of("response")[3]["errorType"], "LookupError")

    def test_coroutines_are_timed_until_they_return(self):
        with reported() as (monitor, listening):

            @monitor.timed("talker")
            async def answer(value):
                await asyncio.sleep(0.02)
                return value

            self.assertTrue(inspect.iscoroutinefunction(answer))
            self.assertEqual(asyncio.run(answer(7)), 7)
            with self.assertRaises(asyncio.TimeoutError):
                asyncio.run(asyncio.wait_for(answer(7), 0.001))
        self.assertEqual(outcomes(listening), [("talker", "ok"), ("talker", "cancelled")])
        self.assertGreaterEqual(listening.of("response")[0]["duration"], 0.019)

    def test_a_generator_runs_from_its_first_next_to_its_end(self):
        with reported() as (monitor, listening):

            @monitor.timed("talker")
            def tokens():
                time.sleep(0.02)
                heard = yield 1
                try:
                    yield heard
                except LookupError:
                    yield "caught"
                time.sleep(0.02)
                return "done"

            def outer():
                return (yield from tokens())

            self.assertTrue(inspect.isgeneratorfunction(tokens))
            stream = outer()
            time.sleep(0.05)
            self.assertEqual([next(stream), stream.send(2), stream.throw(LookupError())], [1, 2, "caught"])
            with self.assertRaises(StopIteration) as stop:
                next(stream)
            self.assertEqual(stop.exception.value, "done")
        (told,) = listening.of("response")
        self.assertTrue(0.019 <= told["timeToFirstToken"] <= told["duration"] - 0.019)
        self.assertLess(told["duration"], 0.09)

    def test_a_generator_that_is_left_early_is_cancelled_and_closed(self):
        closed = []
        with reported() as (monitor, listening):

            @monitor.timed("talker")
            def tokens():
                try:
                    while True:
                        yield 1
                finally:
                    closed.append(True)

            for _ in tokens():
                break
            never = tokens()
            del never
        self.assertEqual((outcomes(listening), closed), ([("talker", "cancelled")], [True]))

    def test_an_async_generator_does_the_same(self):
        closed = []

        async def agent(monitor):
            @monitor.timed("talker")
            async def tokens(fail=False):
                try:
                    await asyncio.sleep(0.02)
                    heard = yield 1
                    try:
                        yield heard
                    except LookupError:
                        yield "caught"
                    if fail:
                        raise ValueError
                finally:
                    closed.append(True)

            self.assertTrue(inspect.isasyncgenfunction(tokens))
            stream = tokens()
            got = [await stream.__anext__(), await stream.asend(2), await stream.athrow(LookupError())]
            self.assertEqual(got, [1, 2, "caught"])
            self.assertEqual([item async for item in stream], [])
            with self.assertRaises(ValueError):
                async for _ in tokens(fail=True):
                    pass
            early = tokens()
            await early.__anext__()
            await early.aclose()

        with reported() as (monitor, listening):
            asyncio.run(agent(monitor))
        self.assertEqual(outcomes(listening), [("talker", "ok"), ("talker", "error"), ("talker", "cancelled")])
        self.assertEqual(closed, [True] * 3)
        self.assertGreaterEqual(listening.of("response")[0]["timeToFirstToken"], 0.019)


class Measure(unittest.TestCase):
    def test_calls_at_once_and_awaits_what_has_to_be_awaited(self):
        async def answer():
            await asyncio.sleep(0.02)
            return 1

        async def agent(monitor):
            self.assertEqual(monitor.measure("function", lambda: 1), 1)
            self.assertEqual(await monitor.measure("coroutine", answer), 1)
            task = monitor.measure("task", lambda: asyncio.ensure_future(answer()))
            self.assertIsInstance(task, asyncio.Task)
            self.assertEqual(await task, 1)
            self.assertEqual([token async for token in monitor.measure("stream", functools.partial(stream))], [1, 2])

        async def stream():
            yield 1
            yield 2

        with reported() as (monitor, listening):
            asyncio.run(agent(monitor))
        names = ["function", "coroutine", "task", "stream"]
        self.assertEqual(outcomes(listening), [(name, "ok") for name in names])
        for event in listening.of("response")[1:3]:
            self.assertGreaterEqual(event["duration"], 0.019)
        self.assertIn("timeToFirstToken", listening.of("response")[3])

    def test_a_future_is_given_back_itself_and_its_error_is_still_the_agents(self):
        unheard = []

        async def fails():
            raise LookupError

        async def agent(monitor):
            asyncio.get_running_loop().set_exception_handler(lambda _, context: unheard.append(context["exception"]))
            monitor.measure("task", lambda: asyncio.ensure_future(fails()))
            cancelled = monitor.measure("cancelled", lambda: asyncio.ensure_future(asyncio.sleep(60)))
            await asyncio.sleep(0.01)
            cancelled.cancel()
            await asyncio.gather(cancelled, return_exceptions=True)

        with reported() as (monitor, listening), concurrent.futures.ThreadPoolExecutor(1) as pool:
            asyncio.run(agent(monitor))
            self.assertEqual(monitor.measure("pool", lambda: pool.submit(pow, 2, 2)).result(), 4)
        self.assertEqual(outcomes(listening), [("task", "error"), ("cancelled", "cancelled"), ("pool", "ok")])
        self.assertEqual([type(error) for error in unheard], [LookupError])

    def test_works_with_uvloop(self):
        try:
            import uvloop
        except ImportError:
            self.skipTest("uvloop is not installed")

        async def agent(monitor):
            async with monitor.turn("t"):
                await asyncio.gather(*(monitor.measure("talker", lambda: asyncio.sleep(0.01)) for _ in range(100)))

        with reported() as (monitor, listening):
            loop = uvloop.new_event_loop()
            loop.run_until_complete(agent(monitor))
            loop.close()
        self.assertEqual([event["turnId"] for event in listening.of("response")], ["t"] * 100)
