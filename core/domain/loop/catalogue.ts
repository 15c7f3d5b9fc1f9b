import { codeEntries } from "./catalogue/code.ts";
import { controlEntries } from "./catalogue/control.ts";
import type { Entries } from "./catalogue/entry.ts";
import { peopleEntries } from "./catalogue/people.ts";
import { workItemEntries } from "./catalogue/work-item.ts";

/**
 * Every event type with one sentence and an example. Typed as complete: an event without an entry does not
 * compile.
 */
export const eventCatalogue: Entries = {
  ...workItemEntries,
  ...peopleEntries,
  ...codeEntries,
  ...controlEntries,
};
