import type { CollectorSettings, ToldSettings } from "./protocol.ts";

const HOUR = 3600;
const DAY = 24 * HOUR;

/** What applies where nobody says otherwise. */
const defaultSettings: CollectorSettings = {
  folders: [],
  samplingInterval: 1,
  systemInterval: 1,
  gpuInterval: 1,
  thresholds: { talker: 2 },
  keepAgents: false,
  trusted: false,
  otlp: { enabled: true, requireToken: true, environment: true },
  modelServerInterval: 5,
  noteOpenings: false,
  leaks: {
    enabled: true,
    window: 1200,
    interval: 30,
    evidence: 3.9,
    leastGrowth: 0.02,
    autoHunt: "withoutSnapshots",
  },
  record: {
    enabled: true,
    maxSize: 512 * 1024 * 1024,
    keep: { oneSecond: DAY, tenSeconds: 7 * DAY, minute: 30 * DAY, tenMinutes: 365 * DAY },
  },
  exports: {},
};

/** What an earlier version kept, or a client left out, may lack what this one knows. */
export function withDefaults(told: ToldSettings = {}): CollectorSettings {
  const { otlp, record, leaks } = defaultSettings;
  return {
    ...defaultSettings,
    ...told,
    otlp: { ...otlp, ...told.otlp },
    leaks: { ...leaks, ...told.leaks },
    record: { ...record, ...told.record, keep: { ...record.keep, ...told.record?.keep } },
  };
}
