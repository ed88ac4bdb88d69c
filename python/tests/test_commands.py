"""What the collector may ask an agent for."""

import asyncio
import json
import sys
import threading
import tracemalloc
import unittest

import agent_vitals

from .listening import Listening, reported, run_agent, until

MAX_LINE = 256 * 1024


class Cleanup(unittest.TestCase):
    def test_calls_the_hooks_and_tells_how_many(self):
        called = []
        with reported() as (monitor, listening):
            self.assertEqual(listening.client.command("cleanup")["result"], {"hooks": 0})
            monitor.on_cleanup(lambda: called.append("a"))
            remove = monitor.on_cleanup(lambda: called.append("never"))
            monitor.on_cleanup(lambda: called.append(threading.current_thread() is threading.main_thread()))
            monitor.on_shutdown(lambda: called.append("shutdown"))
            remove()
            reply = listening.client.command("cleanup")
            self.assertEqual((reply["ok"], reply["result"], called), (True, {"hooks": 2}, ["a", False]))
            listening.client.command("shutdown")
            self.assertEqual(called[2:], ["shutdown"])

    def test_is_answered_in_time_whatever_a_hook_does(self):
        ended = threading.Event()
        with reported() as (monitor, listening):
            remove = monitor.on_cleanup(ended.wait)
            reply = listening.client.command("cleanup", deadline=0.2)
            self.assertEqual((reply["ok"], reply["error"]), (False, "cleanup: not done within 0.18 s"))
            monitor.response("still measured").end()
            self.assertTrue(monitor.flush(10))
            ended.set()
            remove()

            def fails():
                raise LookupError("no such cache")

            monitor.on_cleanup(fails)
            reply = listening.client.command("cleanup")
            self.assertEqual((reply["ok"], reply["error"]), (False, "cleanup: LookupError: no such cache"))
            monitor.on_shutdown(sys.exit)
            self.assertIn("ends only a thread", listening.client.command("shutdown")["error"])

    def test_runs_coroutines_in_the_loop_in_which_they_were_registered(self):
        loops = []

        async def hook():
            loops.append(asyncio.get_running_loop())

        async def agent(monitor, listening):
            monitor.on_cleanup(hook)
            reply = await asyncio.get_running_loop().run_in_executor(None, listening.client.command, "cleanup")
            self.assertEqual(reply["result"], {"hooks": 1})
            self.assertEqual(loops, [asyncio.get_running_loop()])

        with reported() as (monitor, listening):
            asyncio.run(agent(monitor, listening))
            self.assertEqual(listening.client.command("cleanup")["result"], {"hooks": 1})
        self.assertEqual(len(loops), 2)


class Others(unittest.TestCase):
    def test_memory_is_read_at_once(self):
        with reported() as (_, listening):
            self.assertTrue(listening.client.command("memory")["ok"])
            until("the reading", lambda: listening.of("memory"))

    def test_what_nobody_knows_is_refused_and_what_cant_be_read_ignored(self):
        with reported() as (monitor, listening):
            client = listening.client
            client.connection.sendall(
                b'not json\n[1]\n7\n{"type":"reply","id":"1"}\n{"type":[]}\n' + b"[" * 50_000 + b"\n"
            )
            self.assertEqual(client.command("dance")["error"], "dance: no such command")
            self.assertTrue(monitor.enabled)


def grow(kept, size):
    kept.append(bytearray(size))


class Allocations(unittest.TestCase):
    def tearDown(self):
        tracemalloc.stop()

    def test_are_told_by_line_with_their_traceback_innermost_first(self):
        kept = []
        with reported() as (monitor, listening):
            client = listening.client
            error = client.command("allocations", 60)["error"]
            self.assertEqual(error, "allocations: nothing is traced: allocations_start comes first")
            self.assertTrue(client.command("allocations_start", 60)["ok"])
            self.assertTrue(tracemalloc.is_tracing())
            for _ in range(50):
                monitor.measure("tool", lambda: grow(kept, 10_000))
                with monitor.turn():
                    monitor.response("talker", model="m").end()
            reply = client.command("allocations", 60)
            self.assertTrue(client.command("allocations_stop", 60)["ok"])
            self.assertFalse(tracemalloc.is_tracing())
        first = reply["allocations"][0]
        self.assertEqual(first["file"], __file__)
        self.assertEqual(first["line"], grow.__code__.co_firstlineno + 1)
        self.assertGreaterEqual(first["countDifference"], 50)
        self.assertTrue(500_000 <= first["sizeDifference"] == first["size"] < 520_000)
        places = [(place["file"], place["line"]) for place in first["traceback"]]
        self.assertEqual(places[0], (first["file"], first["line"]))
        self.assertEqual([file for file, _ in places[:2]], [__file__] * 2)
        files = [place["file"] for line in reply["allocations"] for place in (line, *line["traceback"])]
        self.assertNotIn(agent_vitals.__file__, files)
        self.assertNotIn(tracemalloc.__file__, files)
        self.assertLessEqual(len(reply["allocations"]), 50)

    def test_that_the_agent_traces_itself_go_on_being_traced(self):
        tracemalloc.start()
        with reported() as (_, listening):
            for command in ("allocations_start", "allocations", "allocations_stop"):
                self.assertTrue(listening.client.command(command, 60)["ok"])
        self.assertTrue(tracemalloc.is_tracing())

    def test_fit_into_a_line_however_deep_the_agents_folders_are(self):
        kept = []
        deep = "/".join(["a" * 100] * 30) + ".py"
        source = "\n" * 3
        for line in range(60):
            source += (
                f"def f{line}(kept, depth):\n  f{line}(kept, depth - 1) if depth else kept.append(bytearray(5000))\n"
            )
        names = {}
        exec(compile(source, deep, "exec"), names)
        with reported() as (_, listening):
            listening.client.command("allocations_start", 60)
            for line in range(60):
                names[f"f{line}"](kept, 30)
            reply = listening.client.command("allocations", 60)
            self.assertLess(len(json.dumps(reply)), MAX_LINE)
            self.assertIn(deep, {line["file"] for line in reply["allocations"]})
            self.assertEqual(len(reply["allocations"]), 50)

    def test_of_an_agent_that_nobody_asks_are_not_traced(self):
        with Listening() as listening:
            program = (
                "import sys, agent_vitals\nagent_vitals.create_monitor().flush()\nprint('tracemalloc' in sys.modules)"
            )
            self.assertEqual(run_agent(program, listening.path)[1], "False\n")
