import { runCases } from "./run-cases.ts";

// The other half of hostile.test.ts: who reaches out, cheats and lies.
await runCases("auto", ["machine", "agent", "proof", "runner"]);
