"""Agents as processes of their own: their ends, their forks and what they cost without a collector."""

import os
import signal
import subprocess
import sys
import time
import unittest

import agent_vitals

from .listening import PYTHON, TOKEN, Listening, run_agent, until

MEASURES = """
import os, sys, time
from agent_vitals import create_monitor
monitor = create_monitor("ends")
monitor.on_cleanup(lambda: None)
monitor.monitor_memory_usage()
for i in range(100): monitor.response("talker").end()
time.sleep(float(sys.argv[1]))
for i in range(100): monitor.response("thinker").end()
"""


def counts(listening):
    listening.settle()
    by = {}
    for event in listening.of("response"):
        by[event["queryType"]] = by.get(event["queryType"], 0) + 1
    return by


def by_process(listening):
    """Pid to the query types that it told of, sorted; one client each."""
    listening.settle()
    told = {c.lines[0]["pid"]: sorted(e["queryType"] for e in c.of("response")) for c in listening.clients}
    assert len(told) == len(listening.clients), "one connection a process"
    return told


def without_warning(err):
    """Python 3.13.0 counts threads when those that were paused for the fork run again."""
    return "" if sys.version_info[:2] == (3, 13) and "is multi-threaded" in err else err


class AnAgentsEnd(unittest.TestCase):
    def test_takes_nothing_away_however_it_comes(self):
        ends = {
            "": 0,
            "sys.exit(7)": 7,
            "raise ValueError('the agent own')": 1,
            "os.kill(os.getpid(), 2)": -2,
            "import threading; threading.Thread(target=time.sleep, args=(0.1,)).start()": 0,
        }
        for how, code in ends.items():
            for wait in ("0", "0.1"):
                with self.subTest(how=how, wait=wait), Listening() as listening:
                    self.assertEqual(run_agent(MEASURES + how, listening.path, wait)[0], code)
                    self.assertEqual(counts(listening), {"talker": 100, "thinker": 100})

    def test_by_a_kill_takes_the_last_batch_at_most(self):
        with Listening() as listening:
            code, _, _ = run_agent(MEASURES + "time.sleep(0.3); os.kill(os.getpid(), 9)", listening.path, "0")
            self.assertEqual((code, counts(listening)), (-9, {"talker": 100, "thinker": 100}))

    def test_is_as_quiet_when_the_collector_is_dead_or_there_never_was_one(self):
        with Listening(listen=False) as listening:
            for path in (listening.path, "/nonexistent/folder/sock", "x" * 300, None):
                with self.subTest(path=path):
                    self.assertEqual(run_agent(MEASURES, path, "0", flags=("-W", "error")), (0, "", ""))

    def test_is_quiet_when_the_token_is_wrong_but_for_one_warning(self):
        with Listening() as listening:
            code, out, err = run_agent(MEASURES, listening.path, "0.2", token="wrong")
            self.assertEqual((code, out), (0, ""))
            self.assertRegex(err, r"^agent_vitals: the collector refused this agent: [^\n]*\n$")
            self.assertEqual(listening.of("response"), [])

    def test_is_not_brought_about_by_a_collector_that_dies(self):
        program = MEASURES.replace("time.sleep(float(sys.argv[1]))", "print(flush=True); sys.stdin.readline()")
        env = {**os.environ, "AGENT_VITALS_TOKEN": TOKEN, "PYTHONPATH": PYTHON}
        with Listening() as listening:
            env["AGENT_VITALS_SOCKET"] = listening.path
            # An agent that dies of a broken pipe, as a tool at a command line does.
            deadly = "import signal; signal.signal(signal.SIGPIPE, signal.SIG_DFL)\n"
            command = [sys.executable, "-B", "-c", deadly + program + "time.sleep(0.2)"]
            with subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as agent:
                agent.stdout.readline()
                until("its first responses", lambda: len(listening.of("response")) == 100)
                listening.close()
                agent.stdin.write(b"\n")
                agent.stdin.flush()
                self.assertEqual(agent.wait(20), 0)


@unittest.skipUnless(hasattr(os, "fork"), "nothing forks here")
class AFork(unittest.TestCase):
    def test_has_a_connection_of_its_own_and_tells_nothing_twice(self):
        program = """
import os, sys
from agent_vitals import create_monitor
monitor = create_monitor("forks")
for i in range(50): monitor.response("before").end()
open_response, open_turn = monitor.response("open"), monitor.turn()
child = os.fork()
for i in range(10): monitor.response("after").end()
open_response.end(); open_turn.end()
if child: os.waitpid(child, 0); print(os.getpid(), child)
"""
        for flags in ((), ("-W", "error")):
            with Listening() as listening:
                code, out, err = run_agent(program, listening.path, flags=flags)
                self.assertEqual((code, without_warning(err)), (0, ""))
                parent, child = map(int, out.split())
                told = by_process(listening)
                self.assertEqual(told[parent], ["after"] * 10 + ["before"] * 50 + ["open"])
                self.assertEqual(told[child], ["after"] * 10)
                self.assertEqual(len(listening.of("turn")), 1)
                starts = {client.lines[0]["pid"]: client.lines[0]["startTime"] for client in listening.clients}
                for start in starts.values():
                    self.assertLess(abs(start - time.time()), 10)

    def test_that_measures_nothing_says_nothing_and_keeps_no_connection_open(self):
        program = """
import os, time
from agent_vitals import create_monitor
monitor = create_monitor("forks")
monitor.response("before").end()
child = os.fork()
if not child:
    time.sleep(60)
print(child, flush=True)
monitor.close()
"""
        with Listening() as listening:
            env = {**os.environ, "PYTHONPATH": PYTHON, "AGENT_VITALS_SOCKET": listening.path}
            env["AGENT_VITALS_TOKEN"] = TOKEN
            with subprocess.Popen([sys.executable, "-B", "-c", program], env=env, stdout=subprocess.PIPE) as agent:
                child = int(agent.stdout.readline())
                try:
                    self.assertEqual(counts(listening), {"before": 1})
                    self.assertEqual(len(listening.clients), 1)
                finally:
                    os.kill(child, signal.SIGKILL)

    def test_of_a_process_with_many_threads_that_measure_hangs_nothing(self):
        program = """
import os, threading
from agent_vitals import create_monitor
monitor = create_monitor("forks")
ended = threading.Event()
def work():
    while not ended.is_set(): monitor.response("thread").end()
threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads: thread.start()
for i in range(20):
    child = os.fork()
    if not child:
        monitor.response("child").end()
        monitor.flush(10)
        os._exit(0)
    os.waitpid(child, 0)
ended.set()
for thread in threads: thread.join()
monitor.flush(20)
"""
        with Listening() as listening:
            self.assertEqual(run_agent(program, listening.path)[0], 0)
            told = by_process(listening)
            self.assertEqual(sorted(told.values(), key=len)[:20], [["child"]] * 20)
            self.assertEqual(len(told), 21)

    def test_before_an_exec_starts_nothing(self):
        program = """
import subprocess
from agent_vitals import create_monitor
monitor = create_monitor("spawns")
for i in range(10):
    monitor.measure("tool", lambda: subprocess.run(["true"], preexec_fn=lambda: None, check=True))
"""
        with Listening() as listening:
            self.assertEqual(run_agent(program, listening.path)[0], 0)
            self.assertEqual(list(by_process(listening).values()), [["tool"] * 10])

    def test_by_multiprocessing_tells_everything_before_it_ends(self):
        program = """
import multiprocessing, sys
from agent_vitals import create_monitor
monitor = create_monitor("pools")
def work(n):
    monitor.response("child").end()
    return n
if __name__ == "__main__":
    monitor.response("parent").end()
    context = multiprocessing.get_context(sys.argv[1])
    children = [context.Process(target=work, args=(i,)) for i in range(3)]
    for child in children: child.start()
    for child in children: child.join()
    print([child.exitcode for child in children])
"""
        for method in ("fork", "spawn", "forkserver"):
            with self.subTest(method=method), Listening() as listening:
                script = os.path.join(listening.folder, "agent.py")
                with open(script, "w", encoding="utf-8") as file:
                    file.write(program)
                env = {**os.environ, "AGENT_VITALS_SOCKET": listening.path, "AGENT_VITALS_TOKEN": TOKEN}
                env.update(PYTHONPATH=PYTHON, PYTHONDONTWRITEBYTECODE="1")
                done = subprocess.run([sys.executable, script, method], env=env, stdout=subprocess.PIPE, timeout=60)
                self.assertEqual(done.stdout, b"[0, 0, 0]\n")
                told = [each for each in by_process(listening).values() if each]
                self.assertEqual(sorted(told), [["child"]] * 3 + [["parent"]])

    def test_as_a_server_does_it_before_its_work(self):
        program = """
import os, signal, sys, time
from agent_vitals import create_monitor
monitor = create_monitor("server")
monitor.monitor_memory_usage()
workers = []
for i in range(3):
    worker = os.fork()
    if not worker:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        for j in range(20): monitor.response(f"worker-{i}").end()
        while True: time.sleep(1)
    workers.append(worker)
time.sleep(0.5)
for worker in workers: os.kill(worker, signal.SIGTERM)
print([os.waitpid(worker, 0)[1] for worker in workers])
"""
        with Listening() as listening:
            code, out, err = run_agent(program, listening.path)
            self.assertEqual((code, out, without_warning(err)), (0, "[0, 0, 0]\n", ""))
            told = by_process(listening)
            self.assertEqual(sorted(told.values()), [[], *([f"worker-{i}"] * 20 for i in range(3))])


class WithoutACollector(unittest.TestCase):
    def test_nothing_runs_and_hardly_anything_is_paid(self):
        program = """
import sys, threading, time
from agent_vitals import create_monitor
monitor = create_monitor()
assert threading.active_count() == 1 and not monitor.enabled
def call(): pass
timed = monitor.timed("tool")(call)
def cost(fn, n=100_000):
    start = time.perf_counter()
    for _ in range(n): fn()
    return (time.perf_counter() - start) / n * 1e9
def block():
    with monitor.response("talker"): pass
for name, fn in (("bare call", call), ("timed", timed), ("measure", lambda: monitor.measure("t", call)), ("with response", block)):
    print(f"{name} {cost(fn):.0f} ns", end=", ")
"""
        code, out, err = run_agent(program, None)
        self.assertEqual((code, err), (0, ""))
        print(f"\n  without a collector: {out.rstrip(', ')}", file=sys.stderr)

    def test_it_prints_what_it_costs_with_one(self):
        with Listening() as listening:
            monitor = agent_vitals.create_monitor("cost", socket=listening.path, token=TOKEN)
            started = time.thread_time()
            for _ in range(20_000):
                monitor.response("talker").end()
            spent = (time.thread_time() - started) / 20_000
            self.assertTrue(monitor.flush(20))
            monitor.close()
        print(f"\n  a response with one: {spent * 1e6:.1f} us of its thread", file=sys.stderr)
