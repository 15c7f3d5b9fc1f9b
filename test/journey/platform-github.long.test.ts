import { platformLoop } from "./platform-loop.ts";

platformLoop("github");
