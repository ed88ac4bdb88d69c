import * as vscode from "vscode";

/** The agent that the status bar is pinned to, kept with the workspace. */
export class Pin implements vscode.Disposable {
  readonly #memory: vscode.Memento;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onChange = this.#changed.event;

  constructor(memory: vscode.Memento) {
    this.#memory = memory;
  }

  get agent(): string | undefined {
    return this.#memory.get<string>("pinnedAgent");
  }

  async set(agent: string | undefined): Promise<void> {
    await this.#memory.update("pinnedAgent", agent);
    this.#changed.fire();
  }

  dispose(): void {
    this.#changed.dispose();
  }
}
