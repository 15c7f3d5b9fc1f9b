import { expect, test } from "vitest";
import type { Lease } from "../client.ts";
import { refOf } from "../testing/repository.ts";
import { loggedIn } from "./login.ts";

const env = {
  ...{ TAMMA_GIT_TOKEN: "t0ken/+", GITHUB_REPOSITORY: "mia/calc" },
  GITHUB_SERVER_URL: "https://git.example.test",
};
const urlWith = (url: string, changed: NodeJS.ProcessEnv = {}) =>
  loggedIn({ repository: refOf(url) } as Lease, { ...env, ...changed }).repository.url;
const own = "https://git.example.test/mia/calc.git";

test("the run's own repository is opened with the run's token", () => {
  const url = new URL(urlWith(own));
  expect([url.username, decodeURIComponent(url.password), url.host]).toEqual([
    ...["x-access-token", "t0ken/+", "git.example.test"],
  ]);
  expect(urlWith("https://git.example.test/Mia/Calc")).toContain("x-access-token");
});

test.each([
  ["another repository", "https://git.example.test/mia/other.git"],
  ["another host", "https://evil.example.test/mia/calc.git"],
  ["another port", "https://git.example.test:8443/mia/calc.git"],
  ["no encryption", "http://git.example.test/mia/calc.git"],
  ["a path that only begins so", "https://git.example.test/mia/calc.git/../other"],
  ["an address with a login of its own", "https://ann@git.example.test/mia/calc.git"],
  ["a path of this machine", "/srv/calc"],
  ["ssh", "git@git.example.test:mia/calc.git"],
])("%s does not get the token", (_, url) => {
  expect(urlWith(url)).toBe(url);
});

test("without a token, or outside of a run, nothing is changed", () => {
  expect(urlWith(own, { TAMMA_GIT_TOKEN: "" })).toBe(own);
  expect(urlWith(own, { GITHUB_REPOSITORY: "", GITHUB_SERVER_URL: "" })).toBe(own);
});
