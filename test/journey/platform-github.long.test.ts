import { platformLoop, platformLosses } from "./platform-loop.ts";

platformLoop("github");
platformLosses("github");
