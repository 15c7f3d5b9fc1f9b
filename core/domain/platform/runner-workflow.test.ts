import { expect, test } from "vitest";
import { parseAction, publishedAction } from "./runner-action.ts";
import { runnerWorkflow, workflowTemplates } from "./runner-workflow.ts";

const commit = "0a".repeat(20);

test("without a published release the action has to be named, and that is said with what to do", () => {
  expect(publishedAction).toBeNull();
  expect(parseAction(null)).toMatchObject({
    problem: { why: expect.stringContaining("no release"), todo: expect.stringContaining("--action-ref") },
  });
});

test.each([
  `acme/tamma/runner@${commit}`,
  `acme/tamma@${commit}`,
  "acme/tamma/runner@v1.2.3",
  `https://git.example.org:8443/acme/tamma/runner@${commit}`,
  `http://127.0.0.1:3000/acme/tamma/runner@${commit}`,
])("%s names what it pins", (action) => {
  expect(parseAction(action)).toEqual({ action });
});

test.each([
  ["acme/tamma/runner", "does not say where"],
  [commit, "does not say where"],
  [`acme@${commit}`, "does not say where"],
  [`ftp://git.example.org/acme/tamma@${commit}`, "does not say where"],
  ["http://git.example.org/acme/tamma@v1.2.3", "on the way"],
  [`acme/tamma/runner x@${commit}`, "does not say where"],
  [`acme/tamma/runner@${commit}\n          evil: yes`, "may be another commit"],
  ["acme/tamma/runner@main", "may be another commit"],
  [`acme/tamma/runner@${commit.slice(0, 12)}`, "may be another commit"],
  [`acme/tamma/runner@${"0".repeat(40)}`, "is no commit"],
  ["acme/tamma/runner@", "may be another commit"],
])("%s pins nothing", (given, why) => {
  expect(parseAction(given)).toMatchObject({ problem: { why: expect.stringContaining(why) } });
});

test.each(["github", "gitea"] as const)(
  "%s: what is filled in stands in every job, and nothing else",
  (platform) => {
    const action = `acme/tamma/runner@${commit}`;
    const fill = { head: ["Ours."], server: "https://tamma.example.org", action, runsOn: ["big", "linux"] };
    const { path, text } = runnerWorkflow(platform, fill);
    const jobs = platform === "github" ? 2 : 1;
    const times = (what: string) => text.split(what).length - 1;
    expect(path).toBe(`.${platform}/workflows/tamma.yml`);
    expect(text.startsWith("# Ours.\n")).toBe(true);
    expect(times(`uses: ${action}\n`)).toBe(jobs);
    expect(times('server: "https://tamma.example.org"\n')).toBe(jobs);
    expect(times("runs-on: [big, linux]\n")).toBe(jobs);
    expect(text).not.toContain("vars.TAMMA_SERVER");
    // No machine of somebody's own is changed.
    expect(text).not.toContain("sudo");
  },
);

test("the files that people copy pin nothing that looks like a commit", () => {
  for (const { text } of workflowTemplates()) {
    expect(text).toContain("uses: ACTION@COMMIT\n");
    expect(text).toContain(`server: $\{{ vars.TAMMA_SERVER }}`);
    expect(text).not.toMatch(/@[0-9a-f]{7,}/);
  }
});
