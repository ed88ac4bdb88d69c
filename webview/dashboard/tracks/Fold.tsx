import type { ComponentChildren } from "preact";
import { Icon } from "../../shared/Icon.tsx";

interface FoldProps {
  open: boolean;
  toggle: (open: boolean) => void;
  children: ComponentChildren;
}

/** Unfolds tracks that are out of sight. */
export function Fold({ open, toggle, children }: FoldProps) {
  return (
    <button type="button" class="fold" aria-expanded={open} onClick={() => toggle(!open)}>
      <Icon name={open ? "chevron-down" : "chevron-right"} />
      <span class="cut">{children}</span>
    </button>
  );
}
