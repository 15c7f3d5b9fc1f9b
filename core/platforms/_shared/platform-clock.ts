import type { Instant } from "../../domain/ids.ts";

/** A `fetch` that notes what the platform's clock says beside ours. */
export interface ClockedFetch {
  fetch: typeof globalThis.fetch;
  /** How far their clock is ahead, by the last answer that had a date; null: none had. In milliseconds. */
  aheadMs(): number | null;
}

/** `Date` counts whole seconds (RFC 9110): what it says is half a second old on average. */
const dateCutMs = 500;

/** Half of the way there and back is not the clock's fault. */
export function clockedFetch(fetch: typeof globalThis.fetch, now: () => Instant): ClockedFetch {
  let ahead: number | null = null;
  return {
    aheadMs: () => ahead,
    fetch: async (input, init) => {
      const asked = now();
      const response = await fetch(input, init);
      const theirs = Date.parse(response.headers.get("date") ?? "");
      if (!Number.isNaN(theirs)) ahead = theirs + dateCutMs - (asked + now()) / 2;
      return response;
    },
  };
}
