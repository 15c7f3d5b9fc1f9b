import { CommandRefused, type RefusalKind } from "@tamma/core/domain/errors.ts";
import type { Answer, Refusal } from "../rpc.ts";

const statusOf: Record<RefusalKind, Refusal["status"]> = {
  invalid: 422,
  conflict: 409,
  stale: 409,
  forbidden: 403,
  "not-found": 404,
};

/** A refusal by the rules as data; what is no refusal is a fault and is thrown on. */
export function refusalOf(thrown: unknown): { ok: false; refusal: Refusal } {
  if (!(thrown instanceof CommandRefused)) throw thrown;
  const { kind, code, message, todo } = thrown;
  return { ok: false, refusal: { status: statusOf[kind], code, message, todo } };
}

/** Runs `work` and turns a refusal into an answer. */
export function answered<T>(work: () => T): Answer<T> {
  try {
    return { ok: true, value: work() };
  } catch (thrown) {
    return refusalOf(thrown);
  }
}

export function refuse<T>(status: Refusal["status"], code: string, message: string, todo: string): Answer<T> {
  return { ok: false, refusal: { status, code, message, todo } };
}

export function ok<T>(value: T): Answer<T> {
  return { ok: true, value };
}
