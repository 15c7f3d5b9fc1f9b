import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect, test } from "vitest";
import { listenOn, PortTaken, tryPort } from "./port.ts";

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

const isLost = (error: unknown) => (error as NodeJS.ErrnoException).code === "EADDRINUSE";

/** Tries a port of `wanted`, and listens on it after `others` programs took what was found, one each time. */
async function afterOthers(wanted: number, others: number) {
  const taken: number[] = [];
  await using held = new AsyncDisposableStack();
  const port = await tryPort(host, wanted);
  const { server, port: got } = await listenOn(
    { host, wanted, port },
    async (found) => {
      if (taken.length < others) {
        const other = await listening(found);
        held.defer(() => void other.server.close());
        taken.push(found);
      }
      return listening(found);
    },
    isLost,
  );
  server.close();
  return { got, taken };
}

test("where any port will do, one that is taken before we listen is left to whoever has it", async () => {
  const { got, taken } = await afterOthers(0, 2);
  expect(taken).toHaveLength(2);
  expect(taken).not.toContain(got);
});

test("whoever takes port after port does not keep us for ever", async () => {
  await expect(afterOthers(0, Number.POSITIVE_INFINITY)).rejects.toThrow("EADDRINUSE");
});

test("a given port that is taken before we listen on it is refused with what to do", async () => {
  const port = await tryPort(host, 0);
  await expect(afterOthers(port, 1)).rejects.toThrow(PortTaken);
});
