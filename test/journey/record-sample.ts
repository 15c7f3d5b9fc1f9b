import { rmSync, writeFileSync } from "node:fs";
import { createSample } from "../../server/sample/create.ts";
import { sampleIssues } from "../../server/sample/issues.ts";
import { sampleScript } from "../../server/sample/sample-script.ts";
import { startEngineer } from "../sample/start-engineer.ts";
import { keptEvents, playLoop, sampleEvents, sampleTape, startTape } from "./taped-loop.ts";

/**
 * `npm run tape:record`: records the golden tape of the sample anew, after a change of prompts, tools or
 * events that is meant. Look at the difference before you commit it.
 */
const [issue] = sampleIssues;
if (!issue) throw new Error("the sample has no issue");
rmSync(sampleTape, { force: true });
await using engineer = await startEngineer();
const tape = await startTape(["record", "--file", sampleTape, "--upstream", engineer.url]);
const { title, body } = issue;
const loop = await playLoop(tape.url, { script: sampleScript, repository: createSample, title, body });
const { tally } = await tape.stop();
if (loop.word !== "merged") throw new Error(`the loop ended ${loop.word}`);
writeFileSync(sampleEvents, keptEvents(loop.events));
process.stdout.write(`${loop.events.length} events, ${JSON.stringify(tally)}\n`);
