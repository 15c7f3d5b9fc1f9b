import { runCases } from "./run-cases.ts";

// What a runner takes here by itself; every protection in turn is for `npm run test:all`. Two files, so that
// two cores share the cases.
await runCases("auto", ["git", "repository", "files", "patch"]);
