/** What an event says, as it lies in the log: the event without its type. */
export type Payload = Record<string, unknown>;

/**
 * Reading of older events. Entry 0 makes events of version 1 to those of version 2, entry 1 goes on from
 * there, and so on: by type, what such an event says in the next version's words. A type that a version does
 * not name kept its shape. Today's version is one more than there are entries.
 */
export type Upcasts = readonly Readonly<Record<string, (payload: Payload) => Payload>>[];

/** The version that is written today. */
export function todaysVersion(upcasts: Upcasts): number {
  return upcasts.length + 1;
}

/** The version at which this type got the shape that it has today; 1 when it never had another one. */
export function shapedAt(upcasts: Upcasts, type: string): number {
  return upcasts.findLastIndex((step) => Object.hasOwn(step, type)) + 2;
}

/**
 * What an event on record says, in today's words. The stored event stays as it is.
 *
 * @throws for an event of a newer version than today's: an older Tamma was started on a newer log
 */
export function payloadToday(
  { type, version, payload }: { type: string; version: number; payload: Payload },
  upcasts: Upcasts,
): Payload {
  const today = todaysVersion(upcasts);
  if (version > today)
    throw new Error(`${type} has version ${version}, this Tamma reads up to ${today}; install a newer one`);
  return upcasts
    .slice(version - 1)
    .reduce((said, step) => (Object.hasOwn(step, type) ? (step[type]?.(said) ?? said) : said), payload);
}
