"""What the client reads of the process it is in: name, start, memory, span, and what it must not import."""

import ast
import os
import subprocess
import sys
import tempfile
import time
import types
import unittest
from unittest import mock

import agent_vitals

from .listening import PYTHON, Listening, reported, run_agent, until

SOURCE = os.path.join(PYTHON, "agent_vitals.py")


class TheFile(unittest.TestCase):
    def test_can_be_read_by_every_python_from_3_9_on(self):
        with open(SOURCE, encoding="utf-8") as file:
            ast.parse(file.read(), feature_version=(3, 9))

    def test_imports_nothing_but_the_standard_library(self):
        with open(SOURCE, encoding="utf-8") as file:
            tree = ast.parse(file.read())
        names = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                names.update(alias.name.split(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                names.add((node.module or "").split(".")[0])
        known = getattr(sys, "stdlib_module_names", names)
        self.assertEqual(names - set(known), set())

    def test_brings_no_heavy_module_into_its_agent(self):
        program = "import sys, agent_vitals\nagent_vitals.create_monitor().flush()\n"
        program += (
            "print(sorted({'asyncio', 'inspect', 'tracemalloc', 'multiprocessing', 'subprocess'} & set(sys.modules)))"
        )
        with Listening() as listening:
            self.assertEqual(run_agent(program, listening.path, flags=("-S",))[1], "[]\n")

    def test_runs_without_a_warning(self):
        program = "import agent_vitals\nm = agent_vitals.create_monitor()\nm.monitor_memory_usage()\nm.close()"
        with Listening() as listening:
            self.assertEqual(run_agent(program, listening.path, flags=("-W", "error", "-X", "dev")), (0, "", ""))


class TheHello(unittest.TestCase):
    def test_names_the_process_its_start_and_its_python(self):
        with Listening() as listening:
            before = time.time()
            program = "import os, time\ntime.sleep(0.5)\nimport agent_vitals\nprint(os.getpid())\n"
            program += "agent_vitals.create_monitor(primary_query_type='thinker').response('talker').end()"
            _, out, _ = run_agent(program, listening.path, AGENT_VITALS_AGENT="named")
            hello = until("the hello", lambda: listening.clients and listening.clients[0].lines)[0]
        self.assertEqual((hello["agent"], hello["pid"], hello["protocol"]), ("named", int(out), 1))
        self.assertLess(abs(hello["startTime"] - before), 0.5)
        self.assertEqual(hello["runtime"], "Python " + ".".join(map(str, sys.version_info[:3])))
        self.assertRegex(hello["client"], r"^agent-vitals-python \d+\.\d+\.\d+$")
        self.assertEqual(hello["primaryQueryType"], "thinker")

    def test_is_named_by_the_project_else_the_script(self):
        program = "import sys, agent_vitals; print(agent_vitals._agent_name())"
        env = {**os.environ, "PYTHONPATH": PYTHON, "PYTHONDONTWRITEBYTECODE": "1"}
        env.pop("AGENT_VITALS_AGENT", None)
        with tempfile.TemporaryDirectory() as folder:

            def name(*command):
                run = subprocess.run(
                    [sys.executable, *command], env=env, cwd=folder, stdout=subprocess.PIPE, check=True
                )
                return run.stdout.decode().strip()

            inner = os.path.join(folder, "src", "inner")
            os.makedirs(inner)
            script = os.path.join(inner, "assistant.py")
            for path in (script, os.path.join(inner, "__main__.py")):
                with open(path, "w", encoding="utf-8") as file:
                    file.write(program)
            self.assertEqual(name(script), "assistant.py")
            self.assertEqual(name("-m", "src.inner"), "inner")
            with open(os.path.join(folder, "pyproject.toml"), "w", encoding="utf-8") as file:
                file.write(
                    "[build-system]\nname = 'wrong'\n[project] # it\nname = \"voice-agent\"  # really\n[tool.x]\nname='no'\n"
                )
            self.assertEqual([name(script), name("-c", program), name("-m", "src.inner")], ["voice-agent"] * 3)


class OpenTelemetry(unittest.TestCase):
    def test_a_response_tells_the_span_that_was_active_when_it_began(self):
        trace = types.ModuleType("opentelemetry.trace")
        active = types.SimpleNamespace(is_valid=True, trace_id=0xABC, span_id=0xDEF)
        trace.get_current_span = lambda: types.SimpleNamespace(get_span_context=lambda: active)
        with mock.patch.dict(sys.modules, {"opentelemetry.trace": trace}), reported() as (monitor, listening):
            with monitor.response("talker"):
                trace.get_current_span = lambda: types.SimpleNamespace(get_span_context=lambda: None)
            monitor.response("thinker").end()
            active.is_valid = False
            monitor.response("tool").end()
        self.check(listening)

    def test_so_it_does_with_the_real_package(self):
        try:
            from opentelemetry import trace
        except ImportError:
            self.skipTest("opentelemetry-api is not installed")
        context = trace.SpanContext(0xABC, 0xDEF, is_remote=False, trace_flags=trace.TraceFlags(1))
        with reported() as (monitor, listening):
            with trace.use_span(trace.NonRecordingSpan(context)):
                response = monitor.response("talker")
            response.end()
            monitor.response("thinker").end()
        self.check(listening)

    def check(self, listening):
        told = [(event.get("traceId"), event.get("spanId")) for event in listening.of("response")]
        self.assertEqual(told[0], ("abc".zfill(32), "def".zfill(16)))
        self.assertEqual(set(told[1:]), {(None, None)})


class Cuda(unittest.TestCase):
    def test_memory_is_told_by_device_once_the_agent_uses_it(self):
        cuda = types.SimpleNamespace(
            is_initialized=lambda: False,
            device_count=lambda: 2,
            memory_allocated=lambda index: 1000 + index,
            memory_reserved=lambda index: 2000 + index,
        )
        torch = types.ModuleType("torch")
        torch.cuda = cuda
        with mock.patch.dict(sys.modules, {"torch": torch}), reported() as (monitor, listening):
            monitor.monitor_memory_usage()
            self.assertTrue(monitor.flush(10))
            cuda.is_initialized = lambda: True
            monitor.monitor_memory_usage()
            del cuda.memory_allocated
            monitor.monitor_memory_usage()
        metrics = [e for e in listening.of("metric") if e["name"].startswith("torch.cuda")]
        told = [(e["name"].split(".")[-1], e["value"], e["unit"], e["attributes"]["device"]) for e in metrics]
        expected = [("allocated", 1000, "By", "cuda:0"), ("reserved", 2000, "By", "cuda:0")]
        expected += [("allocated", 1001, "By", "cuda:1"), ("reserved", 2001, "By", "cuda:1")]
        self.assertEqual(told, expected)

    def test_is_left_alone_in_an_agent_without_torch(self):
        self.assertEqual(agent_vitals._cuda_metrics(), [])
        self.assertNotIn("torch", sys.modules)


class Garbage(unittest.TestCase):
    def test_collections_are_told_by_generation(self):
        with reported() as (monitor, listening):
            usage = monitor.monitor_memory_usage()
        told = [e for e in listening.of("metric") if e["name"] == "cpython.gc.collections"]
        self.assertEqual([e["attributes"] for e in told], [{"cpython.gc.generation": i} for i in range(len(told))])
        self.assertEqual(len(told), len(usage.gc_collections))
        self.assertEqual({e["unit"] for e in told}, {"{collection}"})
