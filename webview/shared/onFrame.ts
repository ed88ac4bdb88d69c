// Messages that belong together come one after the other: they are painted together.
const GATHER_MS = 30;

/** Folds calls into one paint in a frame soon after the first; while the page is hidden the last one waits until it is seen. */
export function onFrame(paint: () => void): () => void {
  let asked = false;
  const ask = () => {
    if (asked || document.hidden) return;
    asked = true;
    setTimeout(
      () =>
        requestAnimationFrame(() => {
          asked = false;
          paint();
        }),
      GATHER_MS,
    );
  };
  document.addEventListener("visibilitychange", ask);
  return ask;
}
