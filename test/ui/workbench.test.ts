import assert from "node:assert/strict";
import { useWorkbench } from "./support/workbench.ts";

describe("The packaged extension in VS Code", () => {
  const workbench = useWorkbench({ fixture: "test/fixtures/workspaces/main" });

  it("shows one status item with a hover", async () => {
    await workbench().statusItem.waitFor();
    assert.equal(await workbench().statusItem.count(), 1);
    assert.notEqual(await workbench().statusText(), "");
    assert.notEqual(await workbench().hoverStatusItem(), "");
  });

  for (const theme of ["dark", "light"] as const) {
    it(`opens its dashboard by command in the ${theme} theme`, async () => {
      await workbench().useTheme(theme);
      await workbench().runCommand("Agent Vitals: Open Dashboard");
      await workbench().webview().locator("body *").first().waitFor();
      await workbench().screenshot(`dashboard-${theme}`);
    });
  }

  it("is there again after a reload", async () => {
    await workbench().reload();
    await workbench().statusItem.waitFor();
    assert.equal(await workbench().statusItem.count(), 1);
  });
});
