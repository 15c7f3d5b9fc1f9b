/** Resolves with "aborted" once the signal fires, also when it has fired already. */
export function onceAborted(signal: AbortSignal): Promise<"aborted"> {
  if (signal.aborted) return Promise.resolve("aborted");
  return new Promise((done) => signal.addEventListener("abort", () => done("aborted"), { once: true }));
}
