import { formatCount } from "../../src/model/format.ts";
import { Icon } from "./Icon.tsx";

/** What waits while a list stands still; keeps its place when there is nothing, so that nothing jumps. */
export function NewerButton({ newer, show }: { newer: number; show: () => void }) {
  return (
    <button type="button" class="link newer" hidden={newer === 0} onClick={show}>
      <Icon name="arrow-up" /> {formatCount(newer)} newer
    </button>
  );
}
