import { expect, test } from "vitest";
import { z } from "zod";
import { modelOutputs } from "../domain/loop/proposal.ts";
import { outputSchemaOf } from "./output-schema.ts";

test("objects are closed at every depth, with all properties required", () => {
  const schema = z.object({ list: z.array(z.object({ a: z.string().describe("why") })), n: z.int().min(1) });
  expect(outputSchemaOf(schema)).toEqual({
    type: "object",
    properties: {
      list: {
        type: "array",
        items: {
          type: "object",
          properties: { a: { type: "string", description: "why" } },
          required: ["a"],
          additionalProperties: false,
        },
      },
      n: { type: "integer" },
    },
    required: ["list", "n"],
    additionalProperties: false,
  });
});

test("what structured output cannot say is refused where the schema is written", () => {
  expect(() => outputSchemaOf(z.object({ a: z.object({ b: z.string().optional() }) }))).toThrow(
    /answer\.a\.b is optional/,
  );
  expect(() => outputSchemaOf(z.record(z.string(), z.string()))).toThrow(/free record/);
});

test("a nullable property is sent as a choice", () => {
  const inner = z.object({ b: z.int() });
  expect(
    outputSchemaOf(z.object({ a: z.string().nullable().describe("why"), c: inner.nullable() })).properties,
  ).toMatchObject({
    a: { description: "why", anyOf: [{ type: "string" }, { type: "null" }] },
    c: { anyOf: [{ type: "object", additionalProperties: false }, { type: "null" }] },
  });
});

test.each(Object.entries(modelOutputs))("the schema of %s can be sent", (_, schema) => {
  const sent = JSON.stringify(outputSchemaOf(schema));
  expect(sent).not.toMatch(/"(minimum|maxLength|pattern|\$schema)"/);
  expect(sent).toContain('"additionalProperties":false');
});
