import { readInstalledRunners } from "../../testing/installed-runners.ts";

readInstalledRunners(0);
