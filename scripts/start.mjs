// npm start: see server/start.ts. This file only finds the right Node.
import { serveUnderProjectNode } from "./bootstrap.mjs";

serveUnderProjectNode("server/start.ts", process.argv.slice(2));
