// `node scripts/run.mjs FILE [ARGUMENT...]`: runs one of our sources under the project's Node.
import { runUnderProjectNode } from "./bootstrap.mjs";

const [file, ...args] = process.argv.slice(2);
runUnderProjectNode(file, args);
