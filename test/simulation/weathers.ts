import type { Plan } from "./plan.ts";

/** Plans in which what is rare elsewhere happens often: two rare faults meet in some of a hundred seeds. */
export interface Weather {
  name: string;
  changes: Partial<Plan>;
}

/** What `npm run bugs` asks last, because no bug needs a seed of its own there. */
export const weathers: readonly Weather[] = [
  {
    name: "writes are refused and older copies come back",
    changes: {
      rates: { restore: 0.004, "write-refused": 0.3, "answer-lost": 0.02, "d1-down": 0.003 },
    },
  },
  {
    name: "older copies come back while loops meet",
    changes: {
      ...{ items: 3, slots: 2, rush: true, skill: 1 },
      rates: { restore: 0.004, "answer-lost": 0.02 },
    },
  },
  {
    name: "older copies come back while D1 is down and calls are lost",
    changes: {
      // A D1 that is down most of the time for a week is no weather: people ask again and again meanwhile.
      ...{ items: 2, slots: 1, rush: true, skill: 1, calmAfterMs: 48 * 60 * 60_000 },
      rates: { restore: 0.006, "request-lost": 0.1, "d1-down": 0.006 },
    },
  },
  {
    name: "instances are replaced while loops wait for one slot",
    changes: {
      ...{ items: 3, slots: 1, oneProcess: false },
      rates: { "two-instances": 0.03, late: 0.05, "request-doubled": 0.1 },
    },
  },
  {
    name: "answers come late or never",
    changes: { rates: { late: 0.2, "answer-lost": 0.2 } },
  },
  {
    name: "the clock is set while loops wait for another try",
    changes: {
      forgetsAfterMs: 10_000,
      rates: { "clock-jump": 0.01, "provider-limit": 0.3, "provider-overloaded": 0.3, "write-refused": 0.1 },
    },
  },
  {
    name: "merge turns come back late while branches move",
    changes: {
      ...{ items: 3, slots: 3, rush: true, skill: 0.9 },
      rates: { "request-lost": 0.2, "answer-lost": 0.2, late: 0.1, "foreign-push": 0.05 },
    },
  },
];
