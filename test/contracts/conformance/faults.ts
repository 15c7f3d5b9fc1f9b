import { expect } from "vitest";
import type { SimulatedForge } from "../../forge/index.ts";
import { failure, part } from "./cases.ts";
import { type Dialect, type Ground, scopes, type World } from "./world.ts";

type Fault = Parameters<SimulatedForge["faults"]["add"]>;

/**
 * What a platform does when it is not well, or does not want to. Each case orders its trouble from the
 * simulator; between Tamma and plain Git's own records there is no network.
 */
export function faultsContract(ground: Ground & { platform: Dialect }): void {
  const { platform } = ground;
  part(ground, "faults", (caseOf) => {
    const needs = ["faults"] as const;
    const simulatedOf = ({ simulated }: World) =>
      simulated ?? expect.fail("faults are ordered on a simulator");
    const plan = (world: World, ...fault: Fault) => {
      simulatedOf(world).faults.clear();
      simulatedOf(world).faults.add(...fault);
    };
    const clear = (world: World) => simulatedOf(world).faults.clear();
    const opened = (world: World) => world.people.ann.openIssue({ title: "One" });

    for (const [title, fault] of [
      ["an error of the server", { status: 502, body: "Bad Gateway" }],
      ["a connection that breaks", { cut: "before" }],
      ["a page of a proxy", { page: 503 }],
    ] as const)
      caseOf(`${title} while reading is outlasted`, { needs }, async (world) => {
        const { number } = await opened(world);
        plan(world, { method: "GET" }, fault);
        expect(await world.forge.reading.issue(number)).toMatchObject({ title: "One" });
      });

    caseOf("a server that stays ill is a transient error", { needs }, async (world) => {
      const { number } = await opened(world);
      plan(world, { times: 50 }, { status: 503, body: "down" });
      expect((await failure(world.forge.reading.issue(number))).kind).toBe("transient");
      clear(world);
    });

    caseOf("a limit of requests says when to come back", { needs }, async (world) => {
      const { number } = await opened(world);
      const resetAt = Math.ceil((Date.now() + 120_000) / 1000) * 1000;
      plan(world, { times: 50 }, { rateLimit: { resetAt } });
      const error = await failure(world.forge.reading.issue(number));
      clear(world);
      expect(error.kind).toBe("rate-limited");
      if (platform === "github") expect(error.retryAt).toBe(resetAt);
      else expect(error.retryAt === null || error.retryAt > Date.now()).toBe(true);
    });

    caseOf("a pause that is asked for is kept", { needs }, async (world) => {
      const issue = await opened(world);
      plan(world, { times: 50 }, { secondaryLimitSeconds: 60 });
      const error = await failure(world.forge.issues.closeIssue(issue));
      clear(world);
      expect(error.kind).toBe("rate-limited");
      expect(error.retryAt).toBeGreaterThan(Date.now() + 30_000);
    });

    caseOf("work whose answer is lost is found, and not done twice", { needs }, async (world) => {
      const wish = { key: "l:lost", title: "Once", body: "text", labels: [] };
      plan(world, { method: "POST", path: /\/issues(\?|$)/ }, { cut: "after" });
      expect((await failure(world.forge.issues.createIssue(wish))).kind).toBe("transient");
      clear(world);
      const number = await world.forge.issues.createIssue(wish);
      const all = [...simulatedOf(world).repository(world.name).issues.values()];
      expect(all.filter(({ title }) => title === "Once").map((each) => each.number)).toEqual([number]);
    });

    caseOf("a comment whose answer is lost is found, and not posted twice", { needs }, async (world) => {
      const { number } = await opened(world);
      const post = () => world.forge.issues.upsertComment({ number }, "l:lost", "text");
      plan(world, { method: "POST", path: /\/comments(\?|$)/ }, { cut: "after" });
      expect((await failure(post())).kind).toBe("transient");
      clear(world);
      await post();
      const comments = await world.forge.reading.comments(number, null);
      expect(comments.filter(({ key }) => key === "l:lost")).toHaveLength(1);
    });
    tokensContract(caseOf, platform, simulatedOf);
  });
}

function tokensContract(
  caseOf: Parameters<Parameters<typeof part>[2]>[0],
  platform: Dialect,
  simulatedOf: (world: World) => SimulatedForge,
): void {
  const needs = ["tokens"] as const;
  caseOf("a token that was revoked, and one that may only read, are told apart", { needs }, async (world) => {
    const simulated = simulatedOf(world);
    const { number } = await world.people.ann.openIssue({ title: "One" });
    const token = simulated.addToken({ user: "reader", scopes: scopes[platform] });
    simulated.people.allow(world.name, "reader", "read");
    const reader = await world.withToken(token);
    const ref = { id: String(number), number, url: "" };
    const refused = await failure(reader.codeHost.updatePullRequest(ref, { title: "Mine now" }));
    expect(["forbidden", "not-found"]).toContain(refused.kind);
    simulated.revoke(token);
    expect((await failure(reader.reading.issue(number))).kind).toBe("auth");
    expect((await failure(world.withToken(token).then((forge) => forge.reading.me()))).kind).toBe("auth");
  });

  caseOf("no error tells the token", { needs }, async (world) => {
    const simulated = simulatedOf(world);
    const token = simulated.addToken({ user: world.bot, scopes: scopes[platform] });
    simulated.revoke(token);
    const error = await failure(world.withToken(token).then((forge) => forge.reading.me()));
    expect(`${error.message} ${error.stack} ${JSON.stringify(error)}`).not.toContain(token);
  });
}
