import { expect, test } from "vitest";
import { PlatformError } from "../../ports/platform.ts";
import { type KeyedComment, keyedComments } from "./keyed-comments.ts";

/** A conversation as a platform keeps it, with a list of what it was asked. */
function conversation() {
  const comments = new Map<string, { key: string; text: string }>();
  const asked: string[] = [];
  let ids = 0;
  /** What the next requests wait for, or fail with. */
  const before: (() => Promise<void>)[] = [];
  const request = async (what: string) => {
    asked.push(what);
    await before.shift()?.();
  };
  const keyOf = (text: string) => text.split(":")[0] ?? "";
  const calls = {
    find: async (_number: number, key: string): Promise<KeyedComment | null> => {
      await request(`find ${key}`);
      const found = [...comments].find(([, comment]) => comment.key === key);
      return found ? { id: found[0], text: found[1].text } : null;
    },
    post: async (_number: number, text: string) => {
      await request(`post ${text}`);
      ids += 1;
      comments.set(String(ids), { key: keyOf(text), text });
      return String(ids);
    },
    replace: async (id: string, text: string) => {
      await request(`replace ${id} ${text}`);
      if (!comments.has(id))
        throw new PlatformError({ kind: "not-found", operation: "upsertComment", message: "gone" });
      comments.set(id, { key: keyOf(text), text });
    },
  };
  return { calls, comments, asked, before, texts: () => [...comments.values()].map(({ text }) => text) };
}

const away = async () => {
  throw new PlatformError({ kind: "transient", operation: "upsertComment", message: "no answer" });
};

test("a comment is looked for once; then a new text is one request, and the same text none", async () => {
  const { calls, asked, texts } = conversation();
  const put = keyedComments(calls);
  await put(7, "k", "k:one");
  await put(7, "k", "k:two");
  await put(7, "k", "k:two");
  expect(asked).toEqual(["find k", "post k:one", "replace 1 k:two"]);
  expect(texts()).toEqual(["k:two"]);
});

test("what an earlier process posted is found, and left as it is when it says the same", async () => {
  const { calls, asked, texts } = conversation();
  await keyedComments(calls)(7, "k", "k:one\n\ntwo");
  asked.length = 0;
  const put = keyedComments({
    ...calls,
    find: async (number, key) => {
      const found = await calls.find(number, key);
      return found && { ...found, text: `${found.text.replaceAll("\n", "\r\n")} ` };
    },
  });
  await put(7, "k", "k:one\n\ntwo");
  expect(asked).toEqual(["find k"]);
  await put(7, "k", "k:three");
  expect(texts()).toEqual(["k:three"]);
});

test("a comment that somebody deleted is looked for again and posted anew", async () => {
  const { calls, comments, asked, texts } = conversation();
  const put = keyedComments(calls);
  await put(7, "k", "k:one");
  comments.clear();
  await put(7, "k", "k:two");
  expect(texts()).toEqual(["k:two"]);
  expect(asked.slice(2)).toEqual(["replace 1 k:two", "find k", "post k:two"]);
});

test("after a request without an answer nothing is taken for known", async () => {
  const { calls, before, asked, texts } = conversation();
  const put = keyedComments(calls);
  await put(7, "k", "k:one");
  before.push(away);
  await expect(put(7, "k", "k:two")).rejects.toThrow("no answer");
  await put(7, "k", "k:two");
  expect(asked.slice(2)).toEqual(["replace 1 k:two", "find k", "replace 1 k:two"]);
  // The post arrived, and only its answer was lost.
  const late = conversation();
  const again = keyedComments({
    ...late.calls,
    post: (...args) => late.calls.post(...args).then(away) as never,
  });
  await expect(again(7, "k", "k:one")).rejects.toThrow("no answer");
  await again(7, "k", "k:one");
  expect([late.texts(), texts()]).toEqual([["k:one"], ["k:two"]]);
});

test("the last text that was asked for stays, however slow the one before was", async () => {
  const { calls, before, texts } = conversation();
  const put = keyedComments(calls);
  await put(7, "k", "k:one");
  const slow = Promise.withResolvers<void>();
  before.push(() => slow.promise);
  const both = [put(7, "k", "k:two"), put(7, "k", "k:three")];
  // Another comment does not wait for it.
  await put(7, "other", "other:one");
  slow.resolve();
  await Promise.all(both);
  expect(texts()).toEqual(["k:three", "other:one"]);
});

test("conversations are told apart, and what was not written for long is looked for again", async () => {
  const { calls, asked, texts } = conversation();
  const put = keyedComments({ ...calls, find: async (number, key) => calls.find(number, `${number}${key}`) });
  await put(7, "k", "7k:one");
  await put(8, "k", "8k:one");
  expect(texts()).toEqual(["7k:one", "8k:one"]);
  for (let n = 0; n < 100; n += 1) await put(9, `k${n}`, `9k${n}:one`);
  asked.length = 0;
  await put(7, "k", "7k:one");
  await put(9, "k99", "9k99:one");
  expect(asked).toEqual(["find 7k"]);
});
