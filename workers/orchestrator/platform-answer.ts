import { PlatformError, type PlatformErrorKind } from "@tamma/core/ports/platform.ts";
import type { Answer, Refusal } from "../rpc.ts";
import { refuse } from "./refusal.ts";

/** A platform that is away is no fault of this server: 503 would make clients ask here again and again. */
const statuses: Readonly<Record<PlatformErrorKind, Refusal["status"]>> = {
  ...{ auth: 422, forbidden: 422, "not-found": 404, conflict: 409, "head-moved": 409 },
  ...{ "not-mergeable": 409, validation: 422, "rate-limited": 424, unsupported: 422, transient: 424 },
};

const todos: Partial<Record<PlatformErrorKind, string>> = {
  auth: "give the connection a good token: `tamma connections rotate`",
  forbidden: "give the connection's account or App the right to do it",
  "not-found": "see that the name is right, and that the connection's account or App has access to it",
  "rate-limited": "the platform asks to wait: try again later",
  transient: "see that the platform is up, then try again",
};

/** A platform's no, as an answer. */
export async function onPlatform<T>(work: () => Promise<Answer<T>>): Promise<Answer<T>> {
  try {
    return await work();
  } catch (thrown) {
    if (!(thrown instanceof PlatformError)) throw thrown;
    const { kind, message } = thrown;
    const todo = todos[kind] ?? "put that right on the platform, then try again";
    return refuse(statuses[kind], `platform-${kind}`, message, todo);
  }
}
