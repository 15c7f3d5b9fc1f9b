import { redactor } from "@tamma/core/engine/redact.ts";
import { expect, test } from "vitest";
import { chunkBytesMax, LogStream } from "./log-stream.ts";

/** A server's side of the log: keeps what comes at the right place, as bytes. */
function keeper(fault: (n: number) => "lost" | "twice" | null = () => null) {
  let kept = Buffer.alloc(0);
  let n = 0;
  const sizes: number[] = [];
  const send = async ({ offset, text }: { offset: number; text: string }) => {
    const bytes = Buffer.from(text);
    sizes.push(bytes.length);
    const trouble = fault(++n);
    if (trouble === "lost") throw new Error("cut");
    if (offset <= kept.length && offset + bytes.length > kept.length)
      kept = Buffer.concat([kept, bytes.subarray(kept.length - offset)]);
    // The chunk arrived, its answer did not: it will come again.
    if (trouble === "twice") throw new Error("cut");
    return { next: kept.length };
  };
  return { send, sizes, kept: () => kept.toString() };
}

test("a long log arrives in chunks that cut no letter", async () => {
  const server = keeper();
  const log = new LogStream(server.send, redactor([]).stream());
  const text = "größer als ein Stück ☃\n".repeat(9_000);
  log.write(text);
  expect(await log.close()).toBe(true);
  expect(server.kept()).toBe(text);
  expect(Math.max(...server.sizes)).toBeLessThanOrEqual(chunkBytesMax);
});

test("chunks that were lost, or whose answer was, change nothing", async () => {
  const server = keeper((n) => (n === 1 ? "lost" : n === 2 ? "twice" : null));
  const log = new LogStream(server.send, redactor([]).stream());
  log.write("one\n");
  await log.close();
  log.write("two\n");
  expect(await log.close()).toBe(true);
  expect(server.kept()).toBe("one\ntwo\n");
});

test("a server that hides something itself counts other bytes, and gets nothing twice", async () => {
  let kept = "";
  const hide = (text: string) =>
    text.replaceAll("pin 1234", "[hidden by the server]").replaceAll("a long word", "x");
  const send = async ({ offset, text }: { offset: number; text: string }) => {
    expect(offset).toBe(kept.length);
    kept += hide(text);
    return { next: kept.length };
  };
  const log = new LogStream(send, redactor([]).stream());
  for (const line of ["pin 1234\n", "a long word\n", "end\n"]) {
    log.write(line);
    await log.close();
  }
  expect(kept).toBe("[hidden by the server]\nx\nend\n");
});

test("no secret leaves in a log", async () => {
  const server = keeper();
  const log = new LogStream(server.send, redactor(["canary-secret"]).stream());
  for (const letter of "password canary-secret ok") log.write(letter);
  await log.close();
  expect(server.kept()).toBe("password [redacted] ok");
});
