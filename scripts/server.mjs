// npm run server: see server/main.ts. This file only finds the right Node.
import { serveUnderProjectNode } from "./bootstrap.mjs";

serveUnderProjectNode("server/main.ts", process.argv.slice(2));
