import { afterAll, beforeAll, test } from "vitest";
import { expectOutcome, moreCases } from "./provider-cases.ts";
import { openProviderStage } from "./provider-stage.ts";

let opened: Awaited<ReturnType<typeof openProviderStage>>;
beforeAll(async () => {
  opened = await openProviderStage(moreCases);
});
afterAll(async () => {
  await opened.stage[Symbol.asyncDispose]();
  await opened.provider[Symbol.asyncDispose]();
});

test.each(moreCases.map((one, index) => [one.title, `${one.becomes.becomes}`, one, index] as const))(
  "%s: the loop is %s",
  async (_, __, one, index) => {
    await expectOutcome(opened.stage, opened.loops[index] ?? "", one);
  },
);
