import type { SystemSample } from "../../../model/resources.ts";

export interface SystemReader {
  /** @throws only when nothing at all could be read */
  read(): Promise<SystemSample>;
  dispose(): void;
}
