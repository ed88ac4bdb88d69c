/** Watches the stand-ins of the stage `$STAGE` until it is killed. */
import { gpuSampler } from "../../../src/inputs/sampling/gpu/gpuSampler.ts";

const stage = process.env.STAGE ?? "";
gpuSampler({
  interval: 0.2,
  onReading() {},
  log() {},
  env: { PATH: process.env.PATH, STAND_IN: stage },
  roots: { sys: `${stage}/sys`, proc: `${stage}/proc` },
});
setInterval(() => {}, 1000);
