import { gzipSync } from "node:zlib";
import type { AnswerLimits, Provider, TurnEvent } from "@tamma/core/ports/provider.ts";
import { describe, expect, test } from "vitest";
import { collect, contractNow, type ProviderSetting, spoken, usage } from "./provider-contract.ts";
import type { ProviderWire } from "./provider-wire.ts";
import { type Reply, startWireServer, unusedUrl } from "./wire-server.ts";

/** What every adapter does with answers that do not end, and with addresses that are no provider's. */
export function providerLimitsContract(
  name: string,
  wire: ProviderWire,
  makeProvider: (setting: ProviderSetting) => Provider,
): void {
  describe(`${name} gives up`, () => {
    endlessTests(wire, makeProvider);
  });
  describe(`${name} at a wrong place`, () => {
    wrongPlaceTests(wire, makeProvider);
    waitTests(wire, makeProvider);
  });
}

/** Far below the defaults, far above what an answer on this machine takes. */
const shortly: Partial<AnswerLimits> = { firstByteMs: 300, silenceMs: 300 };

function endlessTests(wire: ProviderWire, makeProvider: (setting: ProviderSetting) => Provider): void {
  const ended = async (reply: Reply, limits: Partial<AnswerLimits>): Promise<TurnEvent[]> => {
    await using server = await startWireServer();
    server.replyWith(reply);
    const setting = { baseUrl: server.url, fetch, now: () => contractNow, limits };
    const events = await collect(makeProvider(setting));
    if (reply.ending !== "end") await server.left;
    return events;
  };

  test("an answer that never begins is given up as transient, and hung up", async () => {
    const events = await ended({ ...wire.answer(spoken), ending: "mute" }, shortly);
    expect(events).toMatchObject([{ error: { kind: "transient", status: null }, usage: null }]);
  });

  test("an answer that falls silent is given up as transient, with the usage told so far", async () => {
    const events = await ended({ ...wire.unfinished(spoken), ending: "hold" }, shortly);
    expect(events.at(-1)).toMatchObject({
      type: "error",
      error: { kind: "transient", message: expect.stringContaining("nothing came for 0.3 s") },
      usage: { inputTokens: usage.inputTokens },
    });
  });

  test("a body without an end is given up as garbage, be it an answer, a page or an error", async () => {
    const bytes = "x".repeat(1_000);
    const { headers } = wire.answer(spoken);
    for (const body of [bytes, `data: ${bytes}\n\n`, `: ${bytes}\n\n`]) {
      const events = await ended({ status: 200, headers, body, ending: "again" }, { bytesMax: 100_000 });
      expect(events).toMatchObject([{ type: "error", error: { kind: "garbage" }, usage: null }]);
    }
    const failed = await ended({ ...wire.trouble("overloaded"), ending: "again" }, { bytesMax: 100_000 });
    expect(failed).toMatchObject([{ type: "error", error: { kind: "transient" } }]);
  });

  test("heartbeats alone end with the caller's patience", async () => {
    await using server = await startWireServer();
    server.replyWith({ ...wire.heartbeat(), ending: "again" });
    const setting = { baseUrl: server.url, fetch, now: () => contractNow, limits: shortly };
    const events = await collect(makeProvider(setting), AbortSignal.timeout(800));
    expect(events).toMatchObject([{ type: "error", error: { kind: "stopped" } }]);
    await server.left;
  });
}

function wrongPlaceTests(wire: ProviderWire, makeProvider: (setting: ProviderSetting) => Provider): void {
  const turnFor = async (reply: Reply): Promise<{ events: TurnEvent[]; requests: number }> => {
    await using server = await startWireServer();
    server.replyWith(reply);
    const events = await collect(makeProvider({ baseUrl: server.url, fetch, now: () => contractNow }));
    return { events, requests: server.requests.length };
  };

  test("a redirect is refused and not followed, because the request carries the key", async () => {
    await using elsewhere = await startWireServer();
    elsewhere.replyWith(wire.answer(spoken));
    for (const status of [301, 302, 303, 307, 308]) {
      const headers = { location: `${elsewhere.url}/v1/messages` };
      const { events, requests } = await turnFor({ status, headers, body: "", ending: "end" });
      expect(events).toMatchObject([
        { error: { kind: "invalid", status, message: expect.stringContaining(elsewhere.url) } },
      ]);
      expect(requests).toBe(1);
    }
    expect(elsewhere.requests).toHaveLength(0);
  });

  test.each([
    [400, "invalid"],
    [402, "auth"],
    [404, "invalid"],
    [405, "invalid"],
    [408, "transient"],
    [413, "overflow"],
    [418, "invalid"],
    [500, "transient"],
    [502, "transient"],
    [503, "transient"],
    [504, "transient"],
    [520, "transient"],
  ])("status %i with a page, with nothing and with other JSON is %s", async (status, kind) => {
    const bodies = ["<html><h1>It works!</h1></html>", "", "[]", "null", '{"error":"no"}', '{"error":null}'];
    for (const body of bodies) {
      const headers = { "content-type": body.startsWith("<") ? "text/html" : "application/json" };
      const { events } = await turnFor({ status, headers, body, ending: "end" });
      expect(events, body).toMatchObject([{ type: "error", error: { kind, status }, usage: null }]);
    }
  });

  test("a body that is not what its content-encoding says is an error and no hang", async () => {
    const { headers, body } = wire.answer(spoken);
    for (const encoding of ["gzip", "br", "deflate"]) {
      const reply = { status: 200, headers: { ...headers, "content-encoding": encoding }, body };
      const { events } = await turnFor({ ...reply, ending: "end" });
      expect(events, encoding).toMatchObject([{ type: "error", usage: null }]);
    }
  });

  test("an answer that came compressed is read", async () => {
    const { headers, body } = wire.answer(spoken);
    const packed = { status: 200, headers: { ...headers, "content-encoding": "gzip" }, body: gzipSync(body) };
    const { events } = await turnFor({ ...packed, ending: "end" });
    expect(events.at(-1)).toEqual({ type: "answer", answer: spoken });
  });

  test("a name that nobody knows, a closed port and a port that speaks no TLS are transient", async () => {
    await using server = await startWireServer();
    server.replyWith(wire.answer(spoken));
    const urls = ["http://no-such-host.invalid", await unusedUrl(), server.url.replace("http:", "https:")];
    for (const baseUrl of urls) {
      const events = await collect(makeProvider({ baseUrl, fetch, now: () => contractNow }));
      expect(events, baseUrl).toMatchObject([{ type: "error", error: { kind: "transient", status: null } }]);
    }
  });
}

function waitTests(wire: ProviderWire, makeProvider: (setting: ProviderSetting) => Provider): void {
  test("how long to wait is read as seconds, milliseconds and date; nonsense is not", async () => {
    const cases: [Record<string, string>, number | null][] = [
      [{ "retry-after": "1" }, contractNow + 1_000],
      [{ "retry-after-ms": "250", "retry-after": "9" }, contractNow + 250],
      [{ "retry-after": new Date(contractNow + 7_200_000).toUTCString() }, contractNow + 7_200_000],
      [{ "retry-after": new Date(contractNow - 7_200_000).toUTCString() }, contractNow],
      [{ "retry-after": "-5" }, null],
      [{ "retry-after": "99999999999999999999" }, null],
      [{ "retry-after": "soon" }, null],
      [{ "retry-after": "NaN" }, null],
      [{ "retry-after": "0x10" }, null],
      [{ "retry-after": "Wed, 21 Oct 9999 07:28:00 GMT" }, null],
    ];
    for (const trouble of ["rate-limit", "overloaded"] as const)
      for (const [headers, retryAt] of cases) {
        await using server = await startWireServer();
        server.replyWith(wire.trouble(trouble, headers));
        const events = await collect(makeProvider({ baseUrl: server.url, fetch, now: () => contractNow }));
        expect(events, JSON.stringify(headers)).toMatchObject([{ error: { retryAt } }]);
      }
  });
}
