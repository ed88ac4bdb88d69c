// Preloaded into a program: writes the CPU seconds and the peak of memory of the whole process when it ends.
const { writeFileSync } = require("node:fs");
const started = process.hrtime.bigint();
process.on("exit", () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const wall = Number(process.hrtime.bigint() - started) / 1e9;
  const usage = { cpu: (userCPUTime + systemCPUTime) / 1e6, wall, memory: maxRSS * 1024 };
  writeFileSync(process.env.AGENT_VITALS_BENCH_USAGE, JSON.stringify(usage));
});
