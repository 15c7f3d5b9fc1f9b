import { modelFacts } from "@tamma/core/providers/_shared/prices.ts";
import { expect, test } from "vitest";
import { defaultModel, workerEnv } from "./bindings.ts";
import { defaultPort, parseServerOptions, UsageError } from "./options.ts";

test("without options the server takes .tamma, port 4747 and Anthropic's own address", () => {
  expect(parseServerOptions([], {})).toEqual({
    state: ".tamma",
    port: defaultPort,
    origin: null,
    providerUrl: null,
    providerModel: null,
    withParent: false,
    logLevel: "info",
  });
});

test("an unknown option, a port that is none and a level that is none are refused", () => {
  expect(() => parseServerOptions(["--prot", "1"], {})).toThrow(UsageError);
  expect(() => parseServerOptions(["--port", "web"], {})).toThrow(/--port web is no port/);
  expect(() => parseServerOptions(["--port", "70000"], {})).toThrow(UsageError);
  expect(() => parseServerOptions([], { TAMMA_LOG: "loud" })).toThrow(/TAMMA_LOG is loud/);
});

test("a proxy's address is scheme and host alone; the command line wins over the environment", () => {
  const proxied = { TAMMA_ORIGIN: "https://Tamma.example.org/" };
  expect(parseServerOptions([], proxied).origin).toBe("https://tamma.example.org");
  const given = ["--origin", "http://tamma.lan:8080"];
  expect(parseServerOptions(given, proxied).origin).toBe("http://tamma.lan:8080");
  for (const wrong of [
    "tamma.example.org",
    "https://a.example/tamma",
    "https://u:p@a.example",
    "ftp://a.example",
  ])
    expect(() => parseServerOptions(["--origin", wrong], {})).toThrow(/is no address of a server/);
});

test("the default model has a price, so that a budget means something", () => {
  expect(modelFacts("anthropic", defaultModel).price).not.toBeNull();
});

test("a model on the command line wins over the environment, and the environment over the default", () => {
  const settings = {
    state: "/tmp",
    secrets: { token: "t", masterKey: "k" },
    person: "ada",
    origin: "http://127.0.0.1:1",
    listensAt: "http://127.0.0.1:1",
    providerUrl: null,
    providerModel: null,
    logLevel: "info" as const,
  };
  expect(workerEnv(settings, {}).TAMMA_MODEL.value).toBe(defaultModel);
  expect(workerEnv(settings, { TAMMA_MODEL: "m1" }).TAMMA_MODEL.value).toBe("m1");
  const ahead = { ...settings, providerModel: "m2" };
  expect(workerEnv(ahead, { TAMMA_MODEL: "m1" }).TAMMA_MODEL.value).toBe("m2");
});
