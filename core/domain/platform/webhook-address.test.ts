import { expect, test } from "vitest";
import { isPrivate, isThisMachine, webhookAddress } from "./webhook-address.ts";

const connection = { id: "work", path: "/webhooks/github/work" };

test("an address that everybody reaches is taken as it is", () => {
  const github = { ...connection, platformUrl: "https://github.com" };
  expect(webhookAddress(github, "https://tamma.example.org")).toEqual({
    url: "https://tamma.example.org/webhooks/github/work",
  });
});

test("a platform elsewhere is not sent to its own loopback; one on this machine may be", () => {
  const elsewhere = { ...connection, platformUrl: "https://git.example.org" };
  expect(webhookAddress(elsewhere, "http://127.0.0.1:4747")).toEqual({
    url: null,
    why: expect.stringContaining("127.0.0.1:4747"),
    todo: expect.stringContaining("tamma connections change work --webhook-url"),
  });
  const here = { ...connection, platformUrl: "http://localhost:3000" };
  expect(webhookAddress(here, "http://127.0.0.1:4747")).toMatchObject({ url: expect.any(String) });
});

test.each([
  ...["http://localhost", "http://tamma.localhost:1", "http://127.0.0.1", "http://127.9.9.9", "http://127.1"],
  ...["http://2130706433", "http://[::1]:80", "http://[::]", "http://0.0.0.0", "http://[::ffff:127.0.0.1]"],
  "http://localhost./",
])("%s leads back to whoever asks", (address) => {
  expect(isThisMachine(address)).toBe(true);
});

test.each([
  ...[
    "https://github.com",
    "http://127.0.0.1.example.org",
    "http://localhost.example.org",
    "http://128.0.0.1",
  ],
  ...["http://10.0.0.1", "no address", "http://[::ffff:10.0.0.1]"],
])("%s does not", (address) => {
  expect(isThisMachine(address)).toBe(false);
});

test("private networks are known by their numbers", () => {
  const inside = ["http://10.1.2.3", "http://192.168.0.9:3000", "http://172.31.0.1", "http://[fd00::1]"];
  const outside = ["http://172.32.0.1", "http://11.0.0.1", "https://10.example.org", "http://[2001:db8::1]"];
  expect(inside.map(isPrivate)).toEqual(inside.map(() => true));
  expect(outside.map(isPrivate)).toEqual(outside.map(() => false));
});
