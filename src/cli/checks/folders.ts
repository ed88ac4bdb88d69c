import { statSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname } from "node:path";
import type { Addresses } from "../../collector/addresses.ts";
import type { Check } from "./check.ts";

/** Where sockets and state lie; that they are ours alone was checked when the addresses were found. */
export function folderChecks({ controlSocket, stateFolder, workspace, id }: Addresses): Check[] {
  return [
    { name: "Workspace", status: "ok", detail: `${workspace} (${id})` },
    folder("Sockets", process.platform === "win32" ? undefined : dirname(controlSocket), controlSocket),
    folder("State", stateFolder, stateFolder),
  ];
}

function folder(name: string, path: string | undefined, address: string): Check {
  if (path === undefined) return { name, status: "ok", detail: address };
  const { mode, uid } = statSync(path);
  const owner = process.platform === "win32" || uid === userInfo().uid ? "yours alone" : `of user ${uid}`;
  return { name, status: "ok", detail: `${path} (${owner}, mode 0${(mode & 0o777).toString(8)})` };
}
