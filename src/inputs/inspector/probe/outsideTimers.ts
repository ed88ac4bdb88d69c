/**
 * Does what touches timers once the agent's own code is through. An inspector's message interrupts JavaScript at the
 * entry of any function, also within Node's own timers: one that is cleared between their look at it and its call ends
 * the agent (`timer._onTimeout is not a function`), and one that is made may disorder their queue.
 */
export function outsideTimers(act: () => void): void {
  Promise.resolve().then(act);
}
