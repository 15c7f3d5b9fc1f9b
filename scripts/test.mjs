// npm test: every part in order. `node scripts/test.mjs PART...` runs only those.
import { runUnderProjectNode } from "./bootstrap.mjs";

runUnderProjectNode("scripts/test/main.ts", process.argv.slice(2));
