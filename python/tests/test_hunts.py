"""Leak hunts: what of the agent grew, and who holds it."""

import asyncio
import collections
import functools
import gc
import json
import sys
import threading
import tracemalloc
import unittest
import weakref

from .listening import Listening, reported, run_agent, until

MAX_LINE = 256 * 1024

kept = {}


class Session:
    def __init__(self, number):
        self.number = number
        self.words = [f"{number} {at}" for at in range(10)]


class Memory:
    def __init__(self):
        self.history = []

    @functools.lru_cache(maxsize=None)
    def embed(self, text):
        return [float(len(text))] * 20


class Node:
    __slots__ = ("before",)

    def __init__(self, before):
        self.before = before


class Counted(dict):
    """Whoever asks it anything fails."""

    def __len__(self):
        raise AssertionError("asked for its length")

    def __eq__(self, other):
        raise AssertionError("compared")

    __hash__ = None

    def __repr__(self):
        raise AssertionError("described")

    @property
    def __class__(self):
        raise AssertionError("asked for its class")


memory = Memory()
last = None


def remember(text, seen=[]):  # noqa: B006
    seen.append(text)


def counter():
    counted = collections.deque()
    return counted.append


def grown(turn, turns=100, trace=True):
    """What a hunt tells of `turn`, called so often in each half."""
    with reported() as (_, listening):
        client = listening.client

        def ask(name):
            reply = client.command(name, 60)
            assert reply["ok"], reply
            return reply

        ask("leaks_begin")
        if trace:
            ask("leaks_trace")
        ask("leaks_mark")
        for number in range(turns):
            turn(number)
        ask("leaks_mark")
        for number in range(turns, 2 * turns):
            turn(number)
        reply = ask("leaks_explain")
        ask("leaks_end")
        assert len(json.dumps(reply)) < MAX_LINE
        return reply["growth"]


def words(held):
    return " < ".join(f"{step['name']} in {step['holder']}" for step in held["way"])


class Growth(unittest.TestCase):
    def setUp(self):
        kept.clear()

    def test_is_told_with_who_holds_it_and_the_line(self):
        def turn(number):
            kept[f"secret {number}"] = Session(number)

        [held] = grown(turn)["held"]
        self.assertEqual((held["container"], held["class"]), ("dict", "Session"))
        self.assertEqual((held["count"], held["grown"]), (200, 200))
        self.assertEqual(words(held), f"kept in module {__name__}")
        self.assertTrue(held["way"][0]["own"])
        frame = next(frame for frame in held["frames"] if frame["own"])
        self.assertEqual((frame["file"], frame["line"]), (__file__, turn.__code__.co_firstlineno + 1))
        self.assertGreater(held["bytes"], 200 * 500)
        self.assertNotIn("secret", json.dumps(held))

    def test_has_no_lines_where_nothing_is_traced(self):
        growth = grown(lambda number: kept.__setitem__(number, Session(number)), trace=False)
        self.assertFalse(tracemalloc.is_tracing())
        [held] = growth["held"]
        self.assertEqual((held["frames"], growth["lines"], held["file"]), ([], [], __file__))
        self.assertGreater(held["bytes"], 200 * 100)

    def test_of_attributes_caches_arguments_closures_and_lists_of_objects(self):
        add = counter()
        kept["add"] = add

        def turn(number):
            global last
            memory.history.append(f"{number} said")
            memory.embed(f"{number} meant")
            remember(f"{number} seen")
            add((number, str(number)))
            last = Node(last)

        growth = grown(turn)
        found = {words(held): held for held in growth["held"]}
        self.assertIn(f"history in Memory < memory in module {__name__}", found)
        cache = next(held for way, held in found.items() if "embed in class Memory" in way)
        self.assertEqual(cache["definition"]["line"], Memory.embed.__wrapped__.__code__.co_firstlineno)
        self.assertTrue(any(way.startswith("seen in remember()") for way in found), found)
        self.assertTrue(any(held["container"] == "deque" for held in found.values()), found)
        nodes = next(held for held in found.values() if held["class"] == "Node")
        self.assertEqual((nodes["container"], words(nodes)), ("", f"last in module {__name__}"))

    def test_of_a_running_functions_variables_and_of_tasks(self):
        async def think():
            await asyncio.get_running_loop().create_future()

        async def agent():
            tasks = set()
            loop = asyncio.get_running_loop()

            def turn(number):
                def begin():
                    tasks.add(asyncio.ensure_future(think()))
                    done.set()

                done = threading.Event()
                loop.call_soon_threadsafe(begin)
                done.wait(10)

            growth = await loop.run_in_executor(None, grown, turn)
            for task in tasks:
                task.cancel()
            return growth

        held = next(held for held in asyncio.run(agent())["held"] if held["class"] == "Task")
        self.assertEqual(held["container"], "set")
        self.assertTrue(words(held).startswith("tasks in "), words(held))

    def test_is_none_where_as_much_goes_as_comes(self):
        recent = collections.deque(maxlen=50)
        weak = weakref.WeakValueDictionary()
        gone = []

        def turn(number):
            recent.append(f"{number} said")
            session = weak[number] = Session(number)
            gone[:] = [session]

        growth = grown(turn)
        self.assertEqual([words(held) for held in growth["held"]], [])

    def test_asks_nothing_of_the_agents_own_classes(self):
        strange = Counted()
        kept["strange"] = strange
        growth = grown(lambda number: dict.__setitem__(strange, number, Counted()))
        self.assertIsInstance(growth["held"], list)


class Hunts(unittest.TestCase):
    def tearDown(self):
        tracemalloc.stop()

    def test_read_what_is_held_and_what_tracing_takes(self):
        with reported() as (_, listening):
            client = listening.client
            self.assertEqual(
                client.command("leaks_read", 60)["error"], "leaks_read: no hunt is under way: leaks_begin comes first"
            )
            client.command("leaks_begin", 60)
            self.assertIn("leaks_mark comes first", client.command("leaks_explain", 60)["error"])
            read = client.command("leaks_read", 60)["result"]
            self.assertTrue(abs(read["objects"] - len(gc.get_objects())) < 2000, read)
            self.assertTrue(abs(read["blocks"] - sys.getallocatedblocks()) < 10_000, read)
            self.assertNotIn("traced", read)
            client.command("leaks_trace", 60)
            texts = [str(number) * 100 for number in range(1000)]
            read = client.command("leaks_read", 60)["result"]
            self.assertGreater(read["traced"], len(texts) * 300)
            self.assertGreater(read["overhead"], 0)
            self.assertTrue(client.command("leaks_end", 60)["ok"])
            self.assertFalse(tracemalloc.is_tracing())

    def test_end_when_the_collector_leaves(self):
        with Listening() as listening:
            monitor = listening.monitor()
            for command in ("leaks_begin", "leaks_trace", "allocations_start"):
                self.assertTrue(listening.client.command(command, 60)["ok"])
            self.assertTrue(tracemalloc.is_tracing())
            listening.close()
            until("nothing is traced", lambda: not tracemalloc.is_tracing())
            monitor.close()

    def test_share_tracing_and_leave_on_what_the_agent_traces_itself(self):
        with reported() as (_, listening):
            client = listening.client
            for command in ("allocations_start", "leaks_begin", "leaks_trace", "allocations_stop"):
                self.assertTrue(client.command(command, 60)["ok"])
            self.assertTrue(tracemalloc.is_tracing())
            client.command("leaks_end", 60)
            self.assertFalse(tracemalloc.is_tracing())
            tracemalloc.start()
            for command in ("leaks_begin", "leaks_trace", "leaks_end"):
                self.assertTrue(client.command(command, 60)["ok"])
            self.assertTrue(tracemalloc.is_tracing())

    def test_fit_into_a_line_however_deep_the_agents_folders_are(self):
        deep = "/".join(["a" * 100] * 35) + ".py"
        source = "\n".join(f"kept{at} = []\ndef f{at}(n): kept{at}.append((n, str(n)))" for at in range(40))
        module = type(sys)("deep")
        module.__file__ = deep
        exec(compile(source, deep, "exec"), module.__dict__)
        sys.modules["deep"] = module
        self.addCleanup(sys.modules.pop, "deep")
        growth = grown(lambda number: [getattr(module, f"f{at}")(number) for at in range(40)], 40)
        self.assertTrue(growth["held"])

    def test_are_not_begun_in_the_child_of_a_fork(self):
        program = """
import os, sys, time, tracemalloc, agent_vitals
monitor = agent_vitals.create_monitor("forks")
monitor.flush(10)
while not tracemalloc.is_tracing():
    time.sleep(0.01)
child = os.fork()
if child == 0:
    os._exit(3 if tracemalloc.is_tracing() else 0)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), tracemalloc.is_tracing())
"""
        with Listening() as listening:
            answers = []
            agent = threading.Thread(target=lambda: answers.append(run_agent(program, listening.path)))
            agent.start()
            for command in ("leaks_begin", "leaks_trace"):
                self.assertTrue(listening.client.command(command, 60)["ok"])
            agent.join(60)
            self.assertEqual(answers[0][1].strip(), "0 True", answers)


class Series(unittest.TestCase):
    def test_objects_and_blocks_come_with_the_memory(self):
        with reported() as (monitor, listening):
            monitor.monitor_memory_usage()
            until("them", lambda: [event for event in listening.of("metric") if event["name"].endswith("blocks")])
            of = {event["name"]: event for event in listening.of("metric")}
            objects = of["agent_vitals.python.objects"]
            self.assertTrue(abs(objects["value"] - len(gc.get_objects())) < 20_000, objects)
            self.assertEqual(objects["unit"], "{object}")
            self.assertGreater(of["agent_vitals.python.blocks"]["value"], objects["value"])

