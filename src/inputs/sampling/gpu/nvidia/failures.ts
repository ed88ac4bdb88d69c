/** What nvidia-smi says when it can't, and what that means. */
const FAILURES: readonly [words: RegExp, meaning: string][] = [
  [
    /^ENOENT$/,
    "An NVIDIA card is here, but no nvidia-smi on PATH: install the NVIDIA driver's tools; a container needs --gpus all.",
  ],
  [
    /driver\/library version mismatch/i,
    "The NVIDIA driver was updated while its older version is still loaded: restart the machine.",
  ],
  [
    /couldn't communicate with the NVIDIA driver|driver not loaded/i,
    "The NVIDIA driver is not loaded: install it, or load it with sudo modprobe nvidia.",
  ],
  [
    /no devices were found/i,
    "The NVIDIA driver finds no card: look with nvidia-smi; a container needs --gpus all, a card that fell off the bus a restart of the machine.",
  ],
  [
    /GPU access blocked by the operating system/i,
    "Windows does not let this WSL use the GPU: update WSL (wsl --update) and the NVIDIA driver of Windows.",
  ],
  [
    /failed to initialize NVML: insufficient permissions/i,
    "This user may not open the NVIDIA driver's devices (/dev/nvidia*): ask who set this machine up.",
  ],
  [
    /failed to initialize NVML/i,
    "The NVIDIA driver can't be reached: look with nvidia-smi; a container that has lost its card must be started anew.",
  ],
  [
    /unable to determine the device handle|GPU is lost/i,
    "An NVIDIA card does not answer any more: look with nvidia-smi and restart the machine.",
  ],
];

/** A sentence about a line of nvidia-smi that tells of a failure; undefined for any other line. */
export function failureOf(words: string): string | undefined {
  return FAILURES.find(([pattern]) => pattern.test(words))?.[1];
}
