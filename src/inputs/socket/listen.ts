import { chmodSync, lstatSync, unlinkSync } from "node:fs";
import { connect, type Server } from "node:net";
import { userInfo } from "node:os";

/**
 * Listens at a socket path for this user alone. A socket file that a dead collector left is replaced.
 * @throws when somebody answers there, or something else than a socket of ours lies there
 */
export async function listen(server: Server, path: string): Promise<void> {
  try {
    await listening(server, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE" || process.platform === "win32") {
      throw new Error(`Cannot listen at ${path}: ${(error as Error).message}`, { cause: error });
    }
    if (await answers(path)) {
      throw new Error(`Cannot listen at ${path}: another collector serves it. Stop that one first.`);
    }
    removeStale(path);
    await listening(server, path);
  }
  if (process.platform !== "win32") chmodSync(path, 0o600);
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ path, backlog: 511 }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => resolve(true));
    socket.on("connect", () => socket.destroy());
    // Only a refusal is proof that nobody is there: a full backlog or a missing right is not.
    socket.on("error", (error: NodeJS.ErrnoException) =>
      resolve(!["ECONNREFUSED", "ENOENT"].includes(error.code ?? "")),
    );
  });
}

function removeStale(path: string): void {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (!stat) return;
  if (!stat.isSocket() || stat.uid !== userInfo().uid) {
    throw new Error(`Cannot listen at ${path}: what lies there is not a socket of this user. Remove it.`);
  }
  unlinkSync(path);
}
