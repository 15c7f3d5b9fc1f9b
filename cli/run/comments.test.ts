import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { CliError } from "../exit-codes.ts";
import { commentOf, postComment } from "./comments.ts";

test("answers given ahead become the orders that a person would write", () => {
  const body = { subject: "s", decision: "approve", option: "1", text: "", via: "--yes" } as const;
  expect(commentOf({ kind: "checkpoint", checkpoint: "c", body })).toBe("/tamma approve");
  const answers = [
    { question: "q1", answer: "Euro,\nUS dollar" },
    { question: "q2", answer: "two" },
  ];
  expect(commentOf({ kind: "questions", body: { answers, via: "--yes" } })).toBe(
    "/tamma answer 1 Euro, US dollar\n/tamma answer 2 two",
  );
});

test("a comment that the platform does not take is an error with its words", async () => {
  const paths: string[] = [];
  const server = createServer((request, response) => {
    paths.push(`${request.method} ${request.url}`);
    response.writeHead(409).end("No question is open about issue 3.\n");
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const pages = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const refused = await postComment("/tamma approve", { pages, issue: 3 }).catch((error: unknown) => error);
  server.closeAllConnections();
  server.close();
  expect(refused).toBeInstanceOf(CliError);
  expect((refused as CliError).message).toMatch(/No question is open about issue 3/);
  expect(paths).toEqual(["POST /issues/3/answers"]);
  await expect(postComment("/tamma approve", { pages, issue: 3 })).rejects.toThrow(/took no comment/);
});
