/** Folds any number of calls into one a frame; while the page is hidden the last one waits until it is seen. */
export function onFrame(paint: () => void): () => void {
  let asked = false;
  const ask = () => {
    if (asked || document.hidden) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      paint();
    });
  };
  document.addEventListener("visibilitychange", ask);
  return ask;
}
