import { existsSync, readdirSync } from "node:fs";
import { delimiter, join, sep } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { aptInstall, canUseApt } from "./apt.ts";

const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];
FLAGS.push("--disable-component-update", "--disable-sync");
const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const FIXED_PLACES = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

/** Starts a headless Chromium, installing Debian's first where that can be done; the caller closes it. */
export async function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: await requireChromium(), args: FLAGS });
}

/** Returns Chromium's executable; where none is found and none can be installed, the error says what to run. */
async function requireChromium(): Promise<string> {
  const found = findChromium();
  if (found) return found;
  if (!canUseApt()) throw new Error("No Chromium was found. Install one with: npx playwright install chromium");
  await aptInstall(["chromium"]);
  const installed = findChromium();
  if (!installed) throw new Error("apt-get installed chromium, but no chromium is on PATH.");
  return installed;
}

/** Looks at CHROMIUM_PATH, then PATH and the usual places, then what Playwright has downloaded. */
function findChromium(): string | undefined {
  const { CHROMIUM_PATH, PATH = "" } = process.env;
  if (CHROMIUM_PATH) {
    if (existsSync(CHROMIUM_PATH)) return CHROMIUM_PATH;
    throw new Error(`CHROMIUM_PATH names ${CHROMIUM_PATH}, which does not exist. Correct it or unset it.`);
  }
  const onPath = PATH.split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [...onPath, ...FIXED_PLACES, ...playwrightDownloads()].find((file) => existsSync(file));
}

/** Playwright's own download, of the revision that this version asks for or, failing that, the newest other one. */
function playwrightDownloads(): string[] {
  const wanted = chromium.executablePath();
  const parts = wanted.split(sep);
  const at = parts.findIndex((part) => /^chromium-\d+$/.test(part));
  const folder = parts.slice(0, at).join(sep);
  if (at < 0 || !existsSync(folder)) return [];
  const revisions = readdirSync(folder).filter((name) => /^chromium-\d+$/.test(name));
  revisions.sort((a, b) => Number(b.slice(9)) - Number(a.slice(9)));
  return [wanted, ...revisions.map((name) => [folder, name, ...parts.slice(at + 1)].join(sep))];
}
