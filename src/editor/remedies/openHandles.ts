import * as vscode from "vscode";
import { GetOpenHandles, RecordHandles } from "../../collector/protocol.ts";
import { formatAge, formatCount } from "../../model/format.ts";
import {
  countedKind,
  type HandleGroup,
  type HandleKind,
  handlesText,
  type OpenHandle,
  type OpenHandles,
} from "../../model/openHandles.ts";
import type { CollectorLink } from "../collectorLink.ts";

/** Seconds for which it is noted where new ones are made. */
const RECORDING = 600;

const icons: Partial<Record<HandleKind, string>> = {
  file: "file",
  directory: "folder",
  tcp: "plug",
  udp: "plug",
  unix: "plug",
  socket: "plug",
  pipe: "arrow-swap",
};

type Row = vscode.QuickPickItem & { group?: HandleGroup; handle?: OpenHandle };

/** Shows what an agent has open, in groups; a row opens the line that made it, or the single ones of its group. */
export async function showOpenHandles(link: CollectorLink, agent: string): Promise<void> {
  const rpc = await link.connect();
  const read = () => rpc.sendRequest(GetOpenHandles, { agent });
  const list = vscode.window.createQuickPick<Row>();
  const refresh: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon("refresh"), tooltip: "Read Again" };
  const note: vscode.QuickInputButton = {
    iconPath: new vscode.ThemeIcon("record"),
    tooltip: `Note Where New Ones Are Opened, for ${RECORDING / 60} min`,
  };
  const stop: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon("stop-circle"), tooltip: "End Noting" };
  list.matchOnDescription = true;
  list.matchOnDetail = true;
  const show = (open: OpenHandles) => {
    list.title = `${agent}: ${handlesText(open)}`;
    // What goes on by itself is not ended from here.
    const toggle = open.recording ? (open.recording.until === undefined ? [] : [stop]) : [note];
    list.buttons = [...toggle, refresh];
    list.placeholder = open.recording
      ? "A row opens the line that made it, where that was seen."
      : "Where they are opened is not noted: the button above begins it, for what is opened from then on.";
    list.items = open.groups.map((group) => groupRow(group));
  };
  const busy = async (act: () => Promise<void>) => {
    list.busy = true;
    try {
      await act();
    } catch (error) {
      list.hide();
      void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
    } finally {
      list.busy = false;
    }
  };
  const inside = (group: HandleGroup) => {
    list.title = `${agent}: ${countedKind(group.kind, group.count)}, ${group.target}`;
    list.buttons = [vscode.QuickInputButtons.Back];
    list.value = "";
    list.placeholder =
      group.count > group.handles.length ? `The newest ${group.handles.length} of ${formatCount(group.count)}` : "";
    list.items = group.handles.map((handle) => handleRow(handle, group));
  };
  const first = await read();
  return new Promise((resolve) => {
    list.onDidTriggerButton((button) =>
      busy(async () => {
        if (button === note) await rpc.sendRequest(RecordHandles, { agent, seconds: RECORDING });
        if (button === stop) await rpc.sendRequest(RecordHandles, { agent, seconds: 0 });
        show(await read());
      }),
    );
    list.onDidAccept(() =>
      busy(async () => {
        const [row] = list.selectedItems;
        if (!row) return;
        const location = row.group?.location ?? row.handle?.origin?.location;
        if (location) {
          list.hide();
          await reveal(location.file, location.line, location.column);
        } else if (row.group) inside(row.group);
      }),
    );
    list.onDidTriggerItemButton(({ item: { group } }) => {
      if (group) inside(group);
    });
    list.onDidHide(() => {
      list.dispose();
      resolve();
    });
    show(first);
    list.show();
  });
}

function groupRow(group: HandleGroup): Row {
  const { kind, count, target, state, age, location, locationNote } = group;
  const facts = [state, age && `${formatAge(age.oldest)} old at most`].filter((fact) => fact !== undefined);
  const detail = location ? `$(go-to-file) ${place(location)}` : locationNote;
  return {
    label: `$(${icons[kind] ?? "circle-outline"}) ${countedKind(kind, count)}`,
    description: [target, ...facts].join(", "),
    ...(detail !== undefined && { detail }),
    ...(count > 1 && { buttons: [{ iconPath: new vscode.ThemeIcon("list-unordered"), tooltip: "Show Single Ones" }] }),
    group,
  };
}

function handleRow(handle: OpenHandle, { kind }: HandleGroup): Row {
  const { pid, fd, target, origin, state } = handle;
  const callers = (origin?.frames ?? []).slice(0, 3).map((frame) => `${short(frame.file)}:${frame.line}`);
  const facts = [target, state, origin && `opened ${new Date(origin.time * 1000).toLocaleTimeString()}`];
  return {
    label: `$(${icons[kind] ?? "circle-outline"}) descriptor ${fd} of pid ${pid}`,
    description: facts.filter(Boolean).join(", "),
    ...(callers.length > 0 && { detail: callers.join(" ← ") }),
    handle,
  };
}

const short = (file: string) => vscode.workspace.asRelativePath(file.replace(/^file:\/\//, ""));
const place = ({ file, line }: { file: string; line: number }) => `${short(file)}:${line}`;

async function reveal(file: string, line: number, column: number): Promise<void> {
  const at = new vscode.Position(Math.max(0, line - 1), Math.max(0, column - 1));
  await vscode.window.showTextDocument(vscode.Uri.file(file), { selection: new vscode.Range(at, at) });
}
