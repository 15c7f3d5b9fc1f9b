import type { Envelope } from "../loop/events.ts";
import { payloadToday } from "../upcast.ts";
import { RepositoryEvent } from "./events.ts";
import { repositoryUpcasts } from "./upcasts.ts";

/** The event of an envelope as today's code knows it. Throws on an unknown type or shape. */
export function upcastRepository(envelope: Pick<Envelope, "type" | "version" | "payload">): RepositoryEvent {
  return RepositoryEvent.parse({ ...payloadToday(envelope, repositoryUpcasts), type: envelope.type });
}
