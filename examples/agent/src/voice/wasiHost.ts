/**
 * The little of WASI that a command-line program needs which reads its arguments and writes one file: everything
 * stays in memory. (`node:wasi` would want a folder on disk, and warns that it is experimental.)
 */

const SUCCESS = 0;
const BAD_DESCRIPTOR = 8;
const ROOT = 3;
const OUTPUT_FILE = 4;
const FIRST_PREOPEN = "/";

class Exit extends Error {
  readonly code: number;

  constructor(code: number) {
    super(`exit code ${code}`);
    this.code = code;
  }
}

/** Runs the program once; returns its exit code, the bytes of the file it wrote, and what it printed. */
export async function runProgram(module: WebAssembly.Module, args: readonly string[]) {
  const encoded = args.map((arg) => new TextEncoder().encode(`${arg}\0`));
  const file = new GrowingFile();
  let printed = "";
  let memory = new DataView(new ArrayBuffer(0));

  const view = (): DataView => {
    const { buffer } = instance.exports.memory as WebAssembly.Memory;
    // Growing the memory replaces its buffer.
    if (memory.buffer !== buffer) memory = new DataView(buffer);
    return memory;
  };
  const bytes = (pointer: number, length: number) => new Uint8Array(view().buffer, pointer, length);
  const set32 = (pointer: number, value: number) => view().setUint32(pointer, value, true);
  const calls = {
    args_sizes_get(count: number, size: number) {
      set32(count, encoded.length);
      set32(
        size,
        encoded.reduce((sum, arg) => sum + arg.length, 0),
      );
      return SUCCESS;
    },
    args_get(pointers: number, buffer: number) {
      let at = buffer;
      encoded.forEach((arg, index) => {
        set32(pointers + 4 * index, at);
        bytes(at, arg.length).set(arg);
        at += arg.length;
      });
      return SUCCESS;
    },
    clock_time_get(_clock: number, _precision: bigint, time: number) {
      view().setBigUint64(time, BigInt(Math.round(performance.now() * 1e6)), true);
      return SUCCESS;
    },
    fd_prestat_get(fd: number, prestat: number) {
      if (fd !== ROOT) return BAD_DESCRIPTOR;
      set32(prestat, 0);
      set32(prestat + 4, FIRST_PREOPEN.length);
      return SUCCESS;
    },
    fd_prestat_dir_name(_fd: number, path: number, length: number) {
      bytes(path, length).set(new TextEncoder().encode(FIRST_PREOPEN).subarray(0, length));
      return SUCCESS;
    },
    fd_fdstat_get(fd: number, status: number) {
      bytes(status, 24).fill(0);
      view().setUint8(status, fd === ROOT ? 3 : 4);
      view().setBigUint64(status + 8, ~0n & 0xffffffffffffffffn, true);
      view().setBigUint64(status + 16, 0xffffffffffffffffn, true);
      return SUCCESS;
    },
    fd_fdstat_set_flags: () => SUCCESS,
    path_open(...[, , , , , , , , opened]: [...number[], number]) {
      set32(opened as number, OUTPUT_FILE);
      return SUCCESS;
    },
    fd_close: () => SUCCESS,
    fd_read(_fd: number, _vectors: number, _count: number, read: number) {
      set32(read, 0);
      return SUCCESS;
    },
    fd_seek(fd: number, offset: bigint, whence: number, position: number) {
      if (fd !== OUTPUT_FILE) return BAD_DESCRIPTOR;
      view().setBigUint64(position, BigInt(file.seek(Number(offset), whence)), true);
      return SUCCESS;
    },
    fd_write(fd: number, vectors: number, count: number, written: number) {
      let total = 0;
      for (let i = 0; i < count; i++) {
        const pointer = view().getUint32(vectors + 8 * i, true);
        const length = view().getUint32(vectors + 8 * i + 4, true);
        const data = bytes(pointer, length);
        if (fd === OUTPUT_FILE) file.write(data);
        else printed += new TextDecoder().decode(data);
        total += length;
      }
      set32(written, total);
      return SUCCESS;
    },
    proc_exit(code: number): never {
      throw new Exit(code);
    },
  };

  const instance = await WebAssembly.instantiate(module, { wasi_snapshot_preview1: calls });
  let exitCode = 0;
  try {
    (instance.exports._start as () => void)();
  } catch (error) {
    if (!(error instanceof Exit)) throw error;
    exitCode = error.code;
  }
  return { exitCode, output: file.contents(), printed };
}

/** A file in memory that is written from wherever it was sought to. */
class GrowingFile {
  #data = Buffer.alloc(64 * 1024);
  #size = 0;
  #position = 0;

  seek(offset: number, whence: number): number {
    this.#position = offset + (whence === 1 ? this.#position : whence === 2 ? this.#size : 0);
    return this.#position;
  }

  write(bytes: Uint8Array): void {
    const end = this.#position + bytes.length;
    if (end > this.#data.length) this.#data = Buffer.concat([this.#data], Math.max(end, this.#data.length * 2));
    this.#data.set(bytes, this.#position);
    this.#position = end;
    this.#size = Math.max(this.#size, end);
  }

  contents(): Buffer {
    return this.#data.subarray(0, this.#size);
  }
}
