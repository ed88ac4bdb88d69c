"""Many threads, signal handlers, finalizers and event loops: nothing is lost, nobody waits."""

import asyncio
import gc
import signal
import sys
import threading
import time
import unittest

from .figures import all_counts, arrived
from .listening import TOKEN, reported


class ManyThreads(unittest.TestCase):
    def test_lose_nothing_and_mix_nothing_up(self):
        with reported() as (monitor, listening):

            def agent(name):
                for i in range(5000):
                    monitor.track_response_time(0, i / 1000, name)

            threads = [threading.Thread(target=agent, args=(f"thread-{i}",)) for i in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertTrue(monitor.flush(20))
        figures = arrived(listening)
        self.assertEqual(len(figures), 8)
        for each in figures.values():
            self.assertEqual((each.counts["ok"], each.sums[0]), (5000, 4999 * 5000 * 500))

    def test_signal_handlers_and_finalizers_may_measure_in_the_middle_of_anything(self):
        class Cyclic:
            def __init__(self, monitor):
                self.monitor, self.itself = monitor, self

            def __del__(self):
                self.monitor.response("finalizer").end()

        made = {"signal": 0, "finalizer": 0, "thread": 0}
        with reported() as (monitor, listening):

            def handler(*_):
                made["signal"] += 1
                monitor.response("signal").end()

            before = signal.signal(signal.SIGALRM, handler)
            threshold = gc.get_threshold()
            gc.set_threshold(5)
            signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
            try:
                deadline = time.monotonic() + 0.5
                while time.monotonic() < deadline:
                    for _ in range(20):
                        Cyclic(monitor)
                        monitor.response("thread").end()
                    made["finalizer"] += 20
                    made["thread"] += 20
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
                signal.signal(signal.SIGALRM, before)
                gc.set_threshold(*threshold)
            gc.collect()
            self.assertTrue(monitor.flush(20))
        figures = {name: sum(each.counts.values()) for name, each in arrived(listening).items()}
        self.assertEqual(figures, made)

    def test_an_event_loop_is_not_held_up(self):
        async def agent(monitor):
            longest, before = 0.0, time.perf_counter()
            for _ in range(2000):
                for _ in range(10):
                    monitor.response("talker").end()
                await asyncio.sleep(0)
                longest, before = max(longest, time.perf_counter() - before), time.perf_counter()
            return longest

        with reported() as (monitor, listening):
            longest = asyncio.run(agent(monitor))
            self.assertTrue(monitor.flush(20))
        self.assertEqual(all_counts(listening), 20_000)
        self.assertLess(longest, 1)


class Switching(unittest.TestCase):
    def test_threads_at_every_moment_loses_nothing(self):
        interval = sys.getswitchinterval()
        sys.setswitchinterval(1e-6)
        try:
            with reported(queue_size=100) as (monitor, listening):
                threads = [
                    threading.Thread(target=lambda: [monitor.track_response_time(0, 1, "t") for _ in range(2000)])
                    for _ in range(4)
                ]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
                self.assertTrue(monitor.flush(20))
            self.assertEqual(all_counts(listening), 8000)
            self.assertEqual(listening.clients[0].lines[0]["token"], TOKEN)
        finally:
            sys.setswitchinterval(interval)
