import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect, test } from "vitest";
import { PortTaken, tryPort } from "./port.ts";

const host = "127.0.0.1";

async function listening(port = 0) {
  const server = createServer().listen(port, host);
  await once(server, "listening");
  return { server, port: (server.address() as AddressInfo).port };
}

test("a port that somebody keeps is refused with what to do", async () => {
  const { server, port } = await listening();
  await expect(tryPort(host, port)).rejects.toThrow(PortTaken);
  server.close();
});

test("a port that is given back meanwhile is waited for", async () => {
  const { server, port } = await listening();
  const tried = tryPort(host, port);
  setImmediate(() => server.close());
  expect(await tried).toBe(port);
});
