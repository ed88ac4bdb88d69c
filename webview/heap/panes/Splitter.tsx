const STEP = 22;
const LEAST = 110;
/** Of the table above. */
const LEAST_ABOVE = 180;

/** The line between the table and the panes: dragged, or moved with the arrow keys. */
export function Splitter({ height, set }: { height: number; set: (height: number) => void }) {
  const most = () => Math.max(LEAST, window.innerHeight - LEAST_ABOVE);
  const moveTo = (to: number) => set(Math.round(Math.max(LEAST, Math.min(most(), to))));
  const onPointerDown = (event: PointerEvent & { currentTarget: HTMLElement }) => {
    const { currentTarget } = event;
    const start = event.clientY + height;
    currentTarget.setPointerCapture(event.pointerId);
    const moved = (move: PointerEvent) => moveTo(start - move.clientY);
    currentTarget.addEventListener("pointermove", moved);
    currentTarget.addEventListener("pointerup", () => currentTarget.removeEventListener("pointermove", moved), {
      once: true,
    });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowUp: STEP, ArrowDown: -STEP }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    moveTo(height + by);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: an hr can't be moved
    <div
      class="splitter"
      role="separator"
      aria-orientation="horizontal"
      aria-label="Height of the panes below"
      aria-valuemin={LEAST}
      aria-valuemax={most()}
      aria-valuenow={height}
      tabIndex={0}
      onPointerDown={onPointerDown}
      onKeyDown={onKeyDown}
    />
  );
}
