import { meaningOf } from "@tamma/core/domain/platform/orders.ts";
import type { Answer } from "../rpc.ts";
import { type LoopCore, loopStream } from "./loop-core.ts";
import type { ObjectStore } from "./object-store.ts";
import type { IssueLoopRpc } from "./objects.ts";
import { answered, ok, refuse } from "./refusal.ts";

/** An order is read and followed in one turn: what it binds to cannot move in between. */
export function obey(
  { core, store }: { core: LoopCore; store: Pick<ObjectStore, "answerOf"> },
  ...[loop, order, given, commandId]: Parameters<IssueLoopRpc["obey"]>
): Answer<{ said: string | null }> {
  const meaning = meaningOf(order, core.state(loop).state, given);
  if ("say" in meaning) return ok({ said: meaning.say });
  // What was followed before may mean nothing any more: then it is not refused, it is done.
  if (store.answerOf(loopStream(loop), commandId)) return ok({ said: null });
  if ("refuse" in meaning)
    return refuse(409, "order-refused", meaning.refuse, "`/tamma help` says what there is");
  const followed = answered(() => core.handle(loop, meaning.command, commandId, given.by));
  return followed.ok ? ok({ said: null }) : followed;
}
