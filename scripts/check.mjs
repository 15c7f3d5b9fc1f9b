// npm run check: format, lint, types, layers, dead code and the rules about the tree.
import { runUnderProjectNode } from "./bootstrap.mjs";

runUnderProjectNode("scripts/test/main.ts", ["check"]);
