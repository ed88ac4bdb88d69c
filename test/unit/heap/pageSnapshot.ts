import { closeSync, openSync, writeSync } from "node:fs";
import { launchChromium } from "../../../scripts/chromium.ts";

const PAGE = `<!DOCTYPE html><title>Sections</title><div id="list"></div><script>
  // What was taken out of the document is still held.
  window.kept = [];
  for (let i = 0; i < 50; i++) {
    const section = document.createElement("section");
    section.id = "section-" + i;
    section.innerHTML = "<p>text <b>of " + i + "</b></p>";
    list.append(section);
    if (i % 2) kept.push(section.remove() ?? section);
  }
</script>`;

/** Writes a heap snapshot of a page that holds elements which have fallen out of its document. */
export async function detachedPageSnapshot(file: string): Promise<void> {
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    await page.setContent(PAGE);
    const session = await page.context().newCDPSession(page);
    const out = openSync(file, "w");
    session.on("HeapProfiler.addHeapSnapshotChunk", ({ chunk }) => writeSync(out, chunk));
    await session.send("HeapProfiler.takeHeapSnapshot", { reportProgress: false });
    closeSync(out);
  } finally {
    await browser.close();
  }
}
