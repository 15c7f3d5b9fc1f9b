import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { remoteOf, secretsOfAddress } from "./remote.ts";

test("name and password of an address go by the environment, and git's helper gives them back", () => {
  const { url, access } = remoteOf("https://ada:p%40ss@example.test/a.git");
  expect(url).toBe("https://example.test/a.git");
  const helper = access.config?.["credential.helper"] ?? "";
  const env = { PATH: process.env.PATH, ...access.env };
  const asked = (what: string) =>
    execFileSync("sh", ["-c", `${helper.slice(1)} ${what}`], { env, encoding: "utf8" });
  expect(asked("get")).toBe("username=ada\npassword=p@ss\n");
  expect(asked("store")).toBe("");
  expect(`${url}${helper}`).not.toContain("p@ss");
});

test("an address without a login, and one that is no http, stay as they are", () => {
  for (const url of ["https://example.test/a@b.git", "/tmp/a", "git@example.test:a.git", "ssh://git@h/a"])
    expect(remoteOf(url)).toEqual({ url, access: {} });
});

test("the secret of an address is its password, or a name that stands alone; a bad escape is itself", () => {
  expect(secretsOfAddress("https://ada:secret@h/a")).toEqual(["secret"]);
  expect(secretsOfAddress("https://token-0123@h/a")).toEqual(["token-0123"]);
  expect(secretsOfAddress("https://ada:100%@h/a")).toEqual(["100%"]);
  expect(secretsOfAddress("https://h/a")).toEqual([]);
});
