import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { FrameLocator, Locator, Page } from "playwright-core";
import { launchChromium } from "../../../scripts/chromium.ts";
import { copyWorkspace, makeSandbox } from "../../../scripts/sandbox.ts";
import { installExtension, type Server, startServer } from "../../../scripts/vscodeServer.ts";
import { until } from "../../support/until.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");
const RESULTS = join(ROOT, "test-results");
const PATIENCE_MS = 30_000;
const THEMES = { dark: "Dark Modern", light: "Light Modern" };

export interface WorkbenchOptions {
  /** Folder of this repository; a temporary copy of it is what opens. */
  fixture: string;
  /** User settings, over those that keep VS Code quiet. */
  settings?: Record<string, unknown>;
}

/** A real VS Code with the packaged extension installed, in a browser of 1400 x 900, used as a person would. */
export class Workbench {
  readonly page: Page;
  /** The opened folder. */
  readonly folder: string;
  readonly #server: Server;
  readonly #ending: AsyncDisposableStack;

  private constructor(page: Page, folder: string, server: Server, ending: AsyncDisposableStack) {
    this.page = page;
    this.folder = folder;
    this.#server = server;
    this.#ending = ending;
  }

  /** Installs the .vsix, starts the server and opens the folder in the dark theme; ready when its status bar is. */
  static async open({ fixture, settings }: WorkbenchOptions): Promise<Workbench> {
    await using ending = new AsyncDisposableStack();
    const sandbox = await makeSandbox();
    ending.defer(() => sandbox.remove());
    const folder = await copyWorkspace(sandbox, join(ROOT, fixture));
    const { dataFolder, env } = sandbox;
    await installExtension(packagedExtension(), dataFolder);
    const withTheme = { "workbench.colorTheme": THEMES.dark, "workbench.hover.delay": 100, ...settings };
    const server = await startServer({ dataFolder, env, settings: withTheme });
    ending.defer(() => server.stop());
    const browser = await launchChromium();
    ending.defer(() => browser.close());
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    page.setDefaultTimeout(PATIENCE_MS);
    await page.goto(server.address(folder));
    await page.locator("#status\\.problems").waitFor();
    return new Workbench(page, folder, server, ending.move());
  }

  /** The last lines that the VS Code server wrote. */
  get serverOutput(): string[] {
    return this.#server.output();
  }

  /** The extension's one item in the status bar. */
  get statusItem(): Locator {
    return this.page.locator('.statusbar-item[id^="agent-vitals.agent-vitals"]');
  }

  /** What the extension's status item reads, without its icons. */
  async statusText(): Promise<string> {
    return shownText(this.statusItem);
  }

  /** Points at the status item and returns the text of the hover that appears. */
  async hoverStatusItem(): Promise<string> {
    const hover = this.page.locator(".workbench-hover-container .hover-contents").last();
    // A hover goes away when the item under it is drawn anew, which may be just then: a person points again.
    return until("the status item's hover", async () => {
      await this.page.mouse.move(700, 400);
      await this.statusItem.hover();
      return hover.waitFor({ timeout: 2000 }).then(
        () => shownText(hover),
        () => undefined,
      );
    });
  }

  /** Runs a command from the palette by the title that the palette shows, such as "Agent Vitals: Open Dashboard". */
  async runCommand(title: string): Promise<void> {
    await this.page.keyboard.press("F1");
    await this.pick(title, `>${title}`);
  }

  /** Chooses the row with this label in the open quick pick, after typing `filter`. */
  async pick(label: string, filter = label): Promise<void> {
    const widget = this.page.locator(".quick-input-widget");
    await widget.locator("input.input").fill(filter);
    await widget.locator(".quick-input-list .monaco-list-row", { hasText: label }).first().click();
  }

  /** The content of the webview that is in front; it waits for one. */
  webview(): FrameLocator {
    return this.page.frameLocator("iframe.webview.ready >> visible=true").frameLocator("#active-frame");
  }

  /** Switches the colour theme by the palette's own picker. */
  async useTheme(theme: keyof typeof THEMES): Promise<void> {
    await this.runCommand("Preferences: Color Theme");
    await this.pick(THEMES[theme]);
    await this.page.locator(`.monaco-workbench.${theme === "dark" ? "vs-dark" : "vs"}`).waitFor();
  }

  /** Reloads the window as the command Reload Window does, and waits until the workbench is back. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.page.locator("#status\\.problems").waitFor();
  }

  /** Saves what is on the screen as test-results/NAME.png and returns the path. */
  async screenshot(name: string): Promise<string> {
    mkdirSync(RESULTS, { recursive: true });
    const path = join(RESULTS, `${name}.png`);
    await this.page.screenshot({ path });
    return path;
  }

  /** Ends the browser, the server and all that came from it, and removes the folder. */
  async close(): Promise<void> {
    await this.#ending.disposeAsync();
  }
}

/** Gives the tests of the enclosing `describe` one workbench; what is on the screen of a failed test is kept. */
export function useWorkbench(options: WorkbenchOptions): () => Workbench {
  let workbench: Workbench | undefined;
  before(async () => {
    workbench = await Workbench.open(options);
  });
  afterEach(async function () {
    const { currentTest } = this;
    if (currentTest?.state !== "failed") return;
    const path = await workbench?.screenshot(`failed ${currentTest.fullTitle()}`.replace(/[^\w.-]+/g, "-"));
    console.log(`      the screen when it failed: ${path}`);
  });
  after(() => workbench?.close());
  return () => {
    if (!workbench) throw new Error("The workbench opens in a before hook; use it inside a test.");
    return workbench;
  };
}

/** The text as a person sees it, with the line breaks of the layout. */
async function shownText(locator: Locator): Promise<string> {
  const texts = await locator.allInnerTexts();
  return texts.join("\n").trim();
}

function packagedExtension(): string {
  const { name, version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as Record<string, string>;
  const vsix = process.env.AGENT_VITALS_VSIX ?? join(ROOT, `${name}-${version}.vsix`);
  if (!existsSync(vsix)) throw new Error(`${vsix} is missing; make it with: npm run package`);
  return vsix;
}
