import { readFile } from "node:fs/promises";
import * as vscode from "vscode";
import { viewTypes } from "../contributions.ts";

/** Opens the HTML report of a suite: it has no script and is given none. */
export class SuiteReport implements vscode.CustomReadonlyEditorProvider, vscode.Disposable {
  readonly #registration = vscode.window.registerCustomEditorProvider(viewTypes.suiteReport, this);

  openCustomDocument(uri: vscode.Uri): vscode.CustomDocument {
    return { uri, dispose: () => {} };
  }

  async resolveCustomEditor({ uri }: vscode.CustomDocument, { webview }: vscode.WebviewPanel): Promise<void> {
    webview.options = { enableScripts: false, enableForms: false, localResourceRoots: [] };
    webview.html = inTheme(await readFile(uri.fsPath, "utf8"));
  }

  dispose(): void {
    this.#registration.dispose();
  }
}

/** The report's colours by its own names (`src/suites/reporters/html/style.ts`), as the editor's theme has them. */
const colours = {
  ground: "editor-background",
  text: "foreground",
  soft: "descriptionForeground",
  line: "widget-border, var(--vscode-panel-border)",
  shade: "editorWidget-background",
  blue: "charts-blue",
  purple: "charts-purple",
  green: "charts-green",
  red: "charts-red",
  good: "charts-green",
  yellow: "charts-yellow",
};

/** Its policy forbids all but its own styles, which it keeps, whatever the file says. */
function inTheme(html: string): string {
  const policy = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`;
  const variables = Object.entries(colours).map(([name, theme]) => `--${name}: var(--vscode-${theme});`);
  const style = `<style>:root { ${variables.join(" ")} } body { font-family: var(--vscode-font-family); }</style>`;
  return html.replace("<head>", `<head>\n${policy}`).replace("</head>", `${style}\n</head>`);
}
