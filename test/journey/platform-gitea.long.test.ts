import { platformLosses } from "./platform-loop.ts";

platformLosses("gitea");
