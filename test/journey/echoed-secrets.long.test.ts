import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ann, type Dialect } from "./platform-stage.ts";
import { atCheckpoint, atDesign, openCheckpoint } from "./platform-trouble.ts";

/** In how many ways a server may say back what it was sent; in base64 behind a login of nine letters. */
function spellings(token: string): string[] {
  const pair = Buffer.from(`tamma-bo:${token}`).toString("base64").slice(12);
  return [token, [...token].reverse().join(""), pair, Buffer.from(token).toString("hex")];
}

/** All files below the folder, as they lie on disk. */
function filesOf(folder: string): Buffer[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => readFileSync(join(parentPath, name)));
}

test.each(["github", "gitea"] as const)(
  "%s: a platform that says back the token, and a person who pastes it, leave no trace of it",
  async (dialect: Dialect) => {
    const { platform, issue, loop } = await atDesign(dialect);
    await using _ = platform;
    const { stage, forge, token, said, eventually } = platform;
    const forms = spellings(token);
    const echoed = `no such credential: ${forms.join(" ")}`;

    // In a refusal that the loop hands to a person, in a redirect, and in words of a person.
    forge.faults.add({ method: "POST", path: /\/pulls$/ }, { status: 422, body: { message: echoed } });
    const first = openCheckpoint(await stage.view(loop));
    forge.people.comment(ann, issue, `/tamma change it with ${echoed}`);
    // What lies in between may be over before anybody looks.
    await stage.until(loop, (view) => atCheckpoint("design")(view) && openCheckpoint(view) !== first);
    await stage.decide(loop, "approve");
    const stuck = await stage.until(loop, ({ word, endedAt }) => word === "escalated" || endedAt !== null);
    expect(JSON.stringify(stuck.ask)).toMatch(/no such credential: \[secret\]( \[redacted\]){3}/);
    await eventually("the card", () => said(issue).some((body) => body.includes("no such credential: ")));
    const location = `https://elsewhere.test/?back=${forms.join("&")}`;
    forge.faults.add({ times: 4 }, { status: 301, headers: { location } });
    await stage.call("POST", "/api/v1/server/reconcile", {});
    await eventually("the log", () => stage.server.output().includes("elsewhere.test"));
    forge.faults.clear();

    const ours = said(issue).filter((body) => !body.startsWith("/tamma change"));
    const told = [JSON.stringify(await stage.events(loop)), JSON.stringify(await stage.view(loop)), ...ours];
    told.push(stage.server.output(), JSON.stringify(await stage.call("GET", "/api/v1/inbox")));
    const files = filesOf(stage.state);
    for (const form of forms) {
      for (const each of told) expect(each.includes(form), each).toBe(false);
      expect(files.filter((file) => file.includes(form))).toHaveLength(0);
    }
    expect(files.length).toBeGreaterThan(3);
  },
);
