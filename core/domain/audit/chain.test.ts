import { describe, expect, test } from "vitest";
import type { Envelope } from "../loop/events.ts";
import { calmRecord } from "../loop/testing/envelopes.ts";
import { sha256 } from "../loop/testing/scenario.ts";
import { genesisHash, seal, verifyChain } from "./chain.ts";

const { envelopes } = calmRecord();
const middle = Math.floor(envelopes.length / 2);

const at = (index: number): Envelope => {
  const envelope = envelopes[index];
  if (!envelope) throw new Error(`no event at ${index}`);
  return envelope;
};
const verify = (list: Envelope[]) => verifyChain(list, sha256);

test("a whole chain is fine, and its head is the last hash", () => {
  expect(verify(envelopes)).toEqual({
    ...{ ok: true, events: envelopes.length, head: envelopes.at(-1)?.hash, brokenAt: null, problem: null },
  });
});

test("a stream without events is fine", () => {
  expect(verify([])).toMatchObject({ ok: true, events: 0, head: genesisHash });
});

test("a chain from disk is fine too: the order of members says nothing", () => {
  const disk = JSON.parse(JSON.stringify(envelopes)) as Envelope[];
  const turned = disk.map((one) => Object.fromEntries(Object.entries(one).reverse()) as unknown as Envelope);
  expect(verify(turned).ok).toBe(true);
});

describe("what was tampered with is found at the right number", () => {
  const alterations: [string, Partial<Envelope>][] = [
    ["payload", { payload: { text: "never said" } }],
    ["time", { at: at(middle).at + 1 }],
    ["type", { type: "Merged" }],
    ["actor", { actor: { kind: "system", id: "somebody else" } }],
    ["version", { version: 2 }],
    ["cause", { causationId: "other" }],
    ["stream", { stream: { kind: "loop", id: "other/1/1#1" } }],
  ];

  test.each(alterations)("an altered %s", (_, change) => {
    const altered = envelopes.with(middle, { ...at(middle), ...change });
    const { ok, brokenAt, problem, events } = verify(altered);
    expect({ ok, brokenAt, events }).toEqual({ ok: false, brokenAt: middle + 1, events: middle });
    expect(problem).toBe(`event ${middle + 1} was altered`);
  });

  test("one that was altered and sealed again betrays itself at the next", () => {
    const { hash: _, prevHash, ...rest } = at(middle);
    const forged = seal(prevHash, { ...rest, payload: { text: "never said" } }, sha256);
    const { brokenAt, problem } = verify(envelopes.with(middle, forged));
    expect(brokenAt).toBe(middle + 2);
    expect(problem).toBe(`event ${middle + 2} does not follow the event before it`);
  });

  test("one that was removed", () => {
    const { brokenAt, problem } = verify(envelopes.toSpliced(middle, 1));
    expect(brokenAt).toBe(middle + 1);
    expect(problem).toBe(`event ${middle + 1} is missing; ${middle + 2} stands in its place`);
  });

  test("the first one removed", () => {
    expect(verify(envelopes.slice(1)).brokenAt).toBe(1);
  });

  test("one that was inserted", () => {
    const copied = envelopes.toSpliced(middle, 0, at(middle));
    expect(verify(copied).brokenAt).toBe(middle + 2);
    const { hash: _, prevHash, ...rest } = at(middle);
    const smuggled = seal(prevHash, { ...rest, payload: {} }, sha256);
    expect(verify(envelopes.toSpliced(middle, 0, smuggled)).brokenAt).toBe(middle + 2);
  });

  test("two that were swapped", () => {
    const swapped = envelopes.with(middle, at(middle + 1)).with(middle + 1, at(middle));
    expect(verify(swapped).brokenAt).toBe(middle + 1);
  });

  test("an end that was cut off shows in the number and the head, which a checkpoint holds", () => {
    const cut = verify(envelopes.slice(0, middle));
    expect(cut).toMatchObject({ ok: true, events: middle, head: at(middle - 1).hash });
    expect(cut.head).not.toBe(verify(envelopes).head);
  });
});
