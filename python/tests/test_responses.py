"""What is told of a response, a turn and the rest."""

import asyncio
import contextlib
import contextvars
import io
import time
import unittest

import agent_vitals

from .listening import Listening, reported


class AResponse(unittest.TestCase):
    def test_counts_once_with_first_token_tokens_and_model(self):
        with reported() as (monitor, listening):
            with monitor.response("talker", model="small") as response:
                time.sleep(0.01)
                response.first_token()
                response.tokens(input=7)
                response.tokens(output=9)
                response.model("qwen3:8b")
            response.end("error")
            response.first_token()
        (told,) = listening.of("response")
        self.assertEqual((told["queryType"], told["outcome"], told["model"]), ("talker", "ok", "qwen3:8b"))
        self.assertEqual((told["inputTokens"], told["outputTokens"]), (7, 9))
        self.assertTrue(0.01 <= told["timeToFirstToken"] <= told["duration"])
        self.assertLess(abs(told["start"] + told["duration"] - time.time()), 5)

    def test_that_raises_is_an_error_told_by_its_class_and_never_by_its_text(self):
        with reported() as (monitor, listening):
            with self.assertRaises(ValueError):
                with monitor.response("tool"):
                    raise ValueError("the user said: secret")
        (told,) = listening.of("response")
        self.assertEqual((told["outcome"], told["errorType"]), ("error", "ValueError"))
        self.assertNotIn("secret", str(listening.clients[0].lines))

    def test_that_is_given_up_is_cancelled(self):
        with reported() as (monitor, listening):
            for error in (KeyboardInterrupt, GeneratorExit, asyncio.CancelledError, SystemExit):
                with self.assertRaises(error):
                    with monitor.response("talker"):
                        raise error
        self.assertEqual([event["outcome"] for event in listening.of("response")], ["cancelled"] * 4)
        self.assertNotIn("errorType", listening.of("response")[0])

    def test_works_in_async_with(self):
        async def agent(monitor):
            async with monitor.response("talker") as response:
                response.first_token()
            task = asyncio.ensure_future(self.wait(monitor))
            await asyncio.sleep(0.01)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

        with reported() as (monitor, listening):
            asyncio.run(agent(monitor))
        self.assertEqual([event["outcome"] for event in listening.of("response")], ["ok", "cancelled"])

    async def wait(self, monitor):
        async with monitor.response("thinker"):
            await asyncio.sleep(60)


class TrackResponseTime(unittest.TestCase):
    def test_takes_the_values_of_every_clock(self):
        with reported() as (monitor, listening):
            for clock in (time.perf_counter, time.monotonic, time.time):
                now = clock()
                monitor.track_response_time(now - 1.5, now, "talker", time_to_first_token=0.25)
            monitor.track_response_time(time.perf_counter() - 1.5, time.time(), "talker")
        told = listening.of("response")
        for event in told:
            self.assertAlmostEqual(event["duration"], 1.5, delta=0.1)
            self.assertAlmostEqual(event["start"], time.time() - 1.5, delta=5)
        self.assertEqual([event.get("timeToFirstToken") for event in told], [0.25, 0.25, 0.25, None])

    def test_tells_everything_that_it_is_given(self):
        details = {"outcome": "error", "error_type": "TimeoutError", "model": "m", "turn_id": "t"}
        with reported() as (monitor, listening):
            monitor.track_response_time(1, 2, "tool", input_tokens=1, output_tokens=2.4, **details)
        (told,) = listening.of("response")
        told.pop("start")
        expected = {"type": "response", "queryType": "tool", "duration": 1, "outcome": "error", "model": "m"}
        expected.update(errorType="TimeoutError", turnId="t", inputTokens=1, outputTokens=2)
        self.assertEqual(told, expected)


class ATurn(unittest.TestCase):
    def test_carries_its_id_into_all_that_is_measured_in_its_block(self):
        with reported() as (monitor, listening):
            with monitor.turn() as turn:
                turn.mark("end_of_utterance")
                turn.response("talker").end()
                with monitor.response("thinker"):
                    pass
                monitor.measure("tool", lambda: None)
                turn.measure("rag_search", lambda: None)
                monitor.mark("first_audio")
            turn.end("error")
            monitor.mark("ready")
            monitor.response("talker").end()
        (told,) = listening.of("turn")
        self.assertEqual((told["id"], told["outcome"]), (turn.id, "ok"))
        self.assertEqual([event.get("turnId") for event in listening.of("response")], [turn.id] * 4 + [None])
        marks = [(event["name"], event.get("turnId")) for event in listening.of("mark")]
        self.assertEqual(marks, [("end_of_utterance", turn.id), ("first_audio", turn.id), ("ready", None)])

    def test_is_followed_by_the_tasks_that_begin_in_it_and_by_no_other(self):
        async def part(monitor, name):
            await asyncio.sleep(0.01)
            with monitor.response(name):
                await asyncio.sleep(0)

        async def whole(monitor, name):
            async with monitor.turn(name):
                await asyncio.gather(part(monitor, name), asyncio.ensure_future(part(monitor, name)))

        async def agent(monitor):
            await asyncio.gather(whole(monitor, "a"), whole(monitor, "b"), part(monitor, "none"))

        with reported() as (monitor, listening):
            asyncio.run(agent(monitor))
        told = sorted((event["queryType"], event.get("turnId")) for event in listening.of("response"))
        self.assertEqual(told, [("a", "a"), ("a", "a"), ("b", "b"), ("b", "b"), ("none", None)])

    def test_that_is_interrupted_is_cancelled_and_no_failure(self):
        with reported() as (monitor, listening):
            with monitor.turn() as turn:
                turn.interrupted()
            with self.assertRaises(ValueError), monitor.turn("failed"):
                raise ValueError
            with self.assertRaises(asyncio.CancelledError), monitor.turn() as turn:
                turn.interrupted()
                raise asyncio.CancelledError
        told = [(event["outcome"], event.get("interrupted")) for event in listening.of("turn")]
        self.assertEqual(told, [("cancelled", True), ("error", None), ("cancelled", True)])

    def test_may_be_left_in_another_context_than_it_was_entered_in(self):
        def generator(monitor):
            with monitor.turn("t"):
                yield

        with reported() as (monitor, listening):
            steps = generator(monitor)
            contextvars.copy_context().run(next, steps)
            steps.close()
        self.assertEqual([event["outcome"] for event in listening.of("turn")], ["cancelled"])


class TheRest(unittest.TestCase):
    def test_voice_results_are_counted_one_by_one_or_together(self):
        with reported() as (monitor, listening):
            monitor.track_voice_reliability(True, latency=0.5, quality=0.9)
            monitor.track_voice_reliability(False, stage="stt", reason="silence")
            monitor.track_voice_reliability(3, 2, stage="tts")
            monitor.track_voice_reliability(0, 0)
        told = [(event["success"], event["failure"], event.get("stage")) for event in listening.of("voice")]
        self.assertEqual(told, [(1, 0, None), (0, 1, "stt"), (3, 2, "tts")])
        self.assertEqual(listening.of("voice")[0]["latency"], 0.5)
        self.assertEqual(listening.of("voice")[1]["reason"], "silence")

    def test_metrics_and_memory_are_told(self):
        with reported(memory_interval=0.05) as (monitor, listening):
            monitor.record_metric("queue.length", 3, "{item}", {"name": "in", "of": object(), "full": False})
            with contextlib.redirect_stderr(io.StringIO()):
                monitor.record_metric("nothing", float("nan"), "1")
            usage = monitor.monitor_memory_usage()
            self.assertGreater(usage.rss, 1e6)
            time.sleep(0.2)
        metric = listening.of("metric")[0]
        self.assertEqual((metric["name"], metric["value"], metric["unit"]), ("queue.length", 3, "{item}"))
        self.assertEqual(metric["attributes"], {"name": "in", "full": False})
        self.assertGreaterEqual(len(listening.of("memory")), 2)
        names = {event["name"] for event in listening.of("metric")}
        self.assertIn("cpython.gc.collections", names)
        self.assertNotIn("nothing", names)

    def test_the_summary_is_returned_in_seconds_and_logged_in_words(self):
        with reported() as (monitor, listening):
            for milliseconds in range(1, 101):
                monitor.track_response_time(0, milliseconds / 1000, "talker", time_to_first_token=0.001)
            monitor.track_response_time(0, 9, "talker", outcome="cancelled")
            monitor.track_voice_reliability(True)
            summary = monitor.log_performance_metrics()
        talker = summary["responses"]["talker"]
        self.assertEqual((talker["count"], talker["errors"], talker["cancelled"]), (101, 0, 1))
        self.assertAlmostEqual(talker["duration"]["mean"], 0.0505)
        self.assertAlmostEqual(talker["duration"]["p95"], 0.095, delta=1e-4)
        self.assertEqual(talker["time_to_first_token"]["count"], 100)
        (log,) = listening.of("log")
        self.assertRegex(log["message"], r"(?s)^test\ntalker: 101 responses, 1 cancelled, p50 50 ms.*voice: 1 of 1")

    def test_strange_arguments_raise_nothing_and_break_no_line(self):
        class Nameless:
            def __str__(self):
                raise RuntimeError

        with contextlib.redirect_stderr(io.StringIO()) as said, reported() as (monitor, listening):
            for strange in (None, 7, "", "ü" * 500, "😀" * 500, "\ud800", 'a"b\n', object(), Nameless()):
                with monitor.response(strange, model=strange) as response:
                    response.tokens(strange, strange)
                response.end(strange, strange)
                monitor.track_response_time(strange, strange, strange)
                monitor.track_voice_reliability(True, strange, stage=strange, quality=strange, latency=strange)
                monitor.record_metric(strange, strange, strange, strange)
                monitor.record_metric("m", 1, "1", {strange: strange})
                monitor.mark(strange)
                with monitor.turn(strange):
                    monitor.response("in turn").end()
        self.assertEqual(len(listening.of("response")), 19)  # from 7 to 7 is one
        self.assertLess(max(map(len, said.getvalue().split("agent_vitals: "))), 200)
        for event in listening.of("response"):
            self.assertTrue(1 <= len(event["queryType"].encode("utf-16-le", "surrogatepass")) / 2 <= 256)


class Outside(unittest.TestCase):
    def test_nothing_is_done_and_everything_works(self):
        monitor = agent_vitals.create_monitor(socket="")
        self.assertFalse(monitor.enabled)

        def search():
            return 1

        self.assertIs(monitor.timed("tool")(search), search)
        self.assertEqual(monitor.measure("tool", search), 1)
        with monitor.turn() as turn, monitor.response("talker") as response:
            response.first_token()
            turn.mark("first_audio")
        self.assertTrue(monitor.flush())
        monitor.close()


class TheAddress(unittest.TestCase):
    def test_may_be_nonsense(self):
        with Listening(listen=False):
            for path in ("/nonexistent/folder/sock", "x" * 300, "\0", "."):
                monitor = agent_vitals.create_monitor(socket=path, token="t")
                monitor.response("talker").end()
                self.assertFalse(monitor.flush(1))
                monitor.close()


if __name__ == "__main__":
    unittest.main()
