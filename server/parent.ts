/** A parent that died is noticed this late at most; asking costs nothing. */
const parentPollMs = 500;

/**
 * Calls `gone` once the process that started this one has ended, however it ended: the kernel then gives the
 * child another parent. A signal or a closed pipe would miss `kill -9` or a parent that never opened one.
 */
export function onParentGone(gone: () => void): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    gone();
  }, parentPollMs);
  timer.unref();
}
