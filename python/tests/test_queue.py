"""A full queue, and a collector that comes and goes: figures are never lost."""

import contextlib
import io
import os
import socket
import time
import unittest

from .figures import Figures, all_counts, arrived
from .listening import Listening, until


class AFullQueue(unittest.TestCase):
    def test_folds_responses_into_one_summary_per_query_type_and_every_figure_is_exact(self):
        with Listening(listen=False) as listening:
            monitor = listening.monitor(queue_size=200)
            wanted = {}
            for i in range(30_000):
                name = ("talker", "thinker", "tool")[i % 3]
                outcome = "error" if i % 50 == 0 else "cancelled" if i % 70 == 0 else "ok"
                took = 4 * (round(1.5 ** (i % 41)) + i)
                first = took // 4 if i % 2 == 0 else None
                more = {} if first is None else {"time_to_first_token": first / 1e6}
                monitor.track_response_time(0, took / 1e6, name, outcome=outcome, **more)
                wanted.setdefault(name, Figures()).add(outcome, took, first)
            summary = monitor.log_performance_metrics()
            self.assertEqual(monitor.queued, 201)  # the line of the log has not met the full queue yet
            listening.open()
            until("the summaries", lambda: len(listening.of("summary")) >= 3)
            monitor.close()
            self.assertEqual((len(listening.of("response")), len(listening.of("summary"))), (200, 3))
            figures = arrived(listening)
            for name, expected in wanted.items():
                self.assertEqual(vars(figures[name]), vars(expected), name)
                told = summary["responses"][name]
                self.assertEqual(told["count"], sum(expected.counts.values()))
                self.assertAlmostEqual(told["duration"]["max"], expected.max / 1e6)

    def test_makes_several_summaries_of_one_that_is_longer_than_a_line(self):
        with Listening(listen=False) as listening:
            monitor = listening.monitor(queue_size=1)
            wanted = Figures()
            for milliseconds in range(1, 60_001):
                seconds = milliseconds / 1000
                monitor.track_response_time(0, seconds, "talker", time_to_first_token=seconds)
                wanted.add("ok", milliseconds * 1000, milliseconds * 1000)
            listening.open()
            until("both summaries", lambda: len(listening.of("summary")) == 2)
            monitor.close()
            self.assertEqual(vars(arrived(listening)["talker"]), vars(wanted))

    def test_folds_voice_results_by_stage_and_reason_and_counts_what_cant_be_folded(self):
        with Listening(listen=False) as listening:
            monitor = listening.monitor(queue_size=2)
            monitor.mark("kept")
            monitor.mark("kept")
            for i in range(10):
                monitor.track_voice_reliability(i % 5 != 0, stage="stt")
            monitor.track_voice_reliability(0, 3, stage="stt", reason="silence", latency=5)
            monitor.track_voice_reliability(True)
            for _ in range(3):
                monitor.mark("lost")
            monitor.record_metric("lost", 1, "1")
            monitor.log_performance_metrics()
            monitor.turn().end()
            listening.open()
            until("the count of what was dropped", lambda: listening.of("dropped"))
            monitor.close()
            self.assertEqual([event["name"] for event in listening.of("mark")], ["kept", "kept"])
            told = [(e["success"], e["failure"], e.get("stage"), e.get("reason")) for e in listening.of("voice")]
            self.assertEqual(told, [(8, 2, "stt", None), (0, 3, "stt", "silence"), (1, 0, None, None)])
            dropped = {"type": "dropped", "marks": 3, "metrics": 1, "logs": 1, "turns": 1}
            self.assertEqual(listening.of("dropped"), [dropped])

    def test_is_full_by_its_length_as_well(self):
        with Listening(listen=False) as listening:
            monitor = listening.monitor()
            attributes = {f"k{i}": "x" * 4096 for i in range(25)}
            for i in range(300):
                monitor.record_metric("heavy", i, "1", attributes)
            self.assertLess(monitor.queued, 130)
            listening.open()
            monitor.record_metric("longer than a line", 1, "1", {f"k{i}": "\u00df" * 4096 for i in range(80)})
            until("the queue", lambda: listening.of("dropped"))
            monitor.close()
            names = {event["name"] for event in listening.of("metric")}
            self.assertEqual(names, {"heavy"})


class ACollector(unittest.TestCase):
    def test_that_dies_and_returns_gets_every_figure_that_was_made_meanwhile(self):
        with Listening() as listening:
            monitor = listening.monitor(queue_size=500)
            made = 0
            for _ in range(3):
                for _ in range(2000):
                    made += 1
                    monitor.track_response_time(0, made / 1000, "talker")
                self.assertTrue(monitor.flush(10))
                listening.close()
                for _ in range(1000):
                    made += 1
                    monitor.track_response_time(0, made / 1000, "talker")
                listening.open()
                until(f"{made} responses", lambda: all_counts(listening) == made)
            self.assertEqual(arrived(listening)["talker"].sums[0], made * (made + 1) * 500)
            monitor.close()

    def test_that_dies_in_the_middle_of_a_line_gets_that_line_again_and_no_other_twice(self):
        with Listening(listen=False) as listening:
            server = socket.socket(socket.AF_UNIX)
            server.bind(listening.path)
            server.listen()
            monitor = listening.monitor()
            connection, _ = server.accept()
            connection.recv(65536)
            for i in range(5000):
                monitor.track_response_time(0, i + 1, "talker", model="m" * 200)
            connection.sendall(b'{"type":"reply","id":"hello","ok":true}\n')
            time.sleep(0.1)  # the socket's buffer fills up: the client is in the middle of a batch
            read = b""
            connection.setblocking(False)
            while True:
                try:
                    read += connection.recv(1000)
                except BlockingIOError:
                    break
                if len(read) > 300_000:
                    break
            server.close()
            connection.close()
            os.unlink(listening.path)
            listening.open()
            until("the rest", lambda: listening.of("response") and not monitor.queued)
            monitor.close()
            # What lay unread in the dead collector's buffer is lost; what had not been handed over comes once.
            durations = [event["duration"] for event in listening.of("response")]
            self.assertEqual(durations, [float(i) for i in range(int(durations[0]), 5001)])
            self.assertGreater(durations[0], read.count(b"\n") - 1)

    def test_that_refuses_is_told_once_and_then_nothing_is_done(self):
        with Listening() as listening, contextlib.redirect_stderr(io.StringIO()) as said:
            monitor = listening.monitor(token="wrong")
            until("the refusal", lambda: not monitor.enabled)
            monitor.response("talker").end()
            with monitor.turn():
                monitor.track_voice_reliability(True)
            self.assertTrue(monitor.flush())
            self.assertEqual(monitor.queued, 0)
            monitor.close()
        self.assertRegex(said.getvalue(), r"^agent_vitals: the collector refused this agent: The token is not[^\n]*\n$")

    def test_that_is_full_is_asked_again(self):
        with Listening() as listening, contextlib.redirect_stderr(io.StringIO()):
            listening.greeting = {"ok": False, "error": "256 clients", "result": {"retryAfter": 0.05}}
            monitor = listening.monitor()
            monitor.response("talker").end()
            until("a second try", lambda: len(listening.clients) > 1)
            listening.greeting = {"ok": True}
            until("the response", lambda: listening.of("response"))
            monitor.close()

    def test_that_reads_nothing_holds_nobody_up(self):
        with Listening(listen=False) as listening:
            server = socket.socket(socket.AF_UNIX)
            server.bind(listening.path)
            server.listen()
            monitor = listening.monitor(queue_size=5000)
            connection, _ = server.accept()
            connection.sendall(b'{"type":"reply","id":"hello","ok":true}\n')
            started = time.monotonic()
            for _ in range(50_000):
                monitor.track_response_time(0, 1, "talker")
            self.assertEqual(monitor.log_performance_metrics()["responses"]["talker"]["count"], 50_000)
            self.assertFalse(monitor.flush(0.1))
            monitor.close()
            self.assertLess(time.monotonic() - started, 30)
            connection.close()
            server.close()
