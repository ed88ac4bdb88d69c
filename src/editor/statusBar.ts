import * as vscode from "vscode";
import type { CollectorLink } from "./collectorLink.ts";
import { commands } from "./contributions.ts";
import type { Pin } from "./pin.ts";
import { type StatusText, statusText } from "./statusText.ts";

/** Idle ages count up at this pace, ms; figures come with the collector's states, at most 5 Hz. */
const AGE_INTERVAL = 1000;

/** The one status-bar item: the primary query type's p95, or the figure that is wrong. */
export class StatusBar implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem("agentVitals.status", vscode.StatusBarAlignment.Left, 0);
  readonly #link: CollectorLink;
  readonly #pin: Pin;
  readonly #subscriptions: vscode.Disposable[];
  #shown = "";
  #said: StatusText | undefined;

  constructor(link: CollectorLink, pin: Pin) {
    this.#link = link;
    this.#pin = pin;
    this.#item.name = "Agent Vitals";
    const age = setInterval(() => this.#update(), AGE_INTERVAL);
    this.#subscriptions = [
      link.onState(() => this.#update()),
      link.onStatus(() => this.#update()),
      pin.onChange(() => this.#update()),
      this.#item,
      new vscode.Disposable(() => clearInterval(age)),
    ];
    this.#update();
    this.#item.show();
  }

  dispose(): void {
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  /** What it says now. */
  get said(): StatusText {
    return this.#said ?? this.#compute();
  }

  #compute(): StatusText {
    return statusText(this.#link.state, this.#link.status, this.#pin.agent, Date.now() / 1000);
  }

  #update(): void {
    const said = this.#compute();
    const key = JSON.stringify(said);
    if (key === this.#shown) return;
    this.#shown = key;
    this.#said = said;
    const tooltip = new vscode.MarkdownString(said.tooltip, true);
    tooltip.isTrusted = {
      enabledCommands: [...Object.values(commands).map((c) => c.command), "workbench.action.openSettings"],
    };
    this.#item.text = said.text;
    this.#item.tooltip = tooltip;
    this.#item.backgroundColor =
      said.background === "none" ? undefined : new vscode.ThemeColor(`statusBarItem.${said.background}Background`);
    this.#item.command = { title: "Agent Vitals", ...said.command };
    this.#item.accessibilityInformation = { label: said.accessibility, role: "button" };
  }
}
