import { deadCode } from "./dead-code.ts";
import { formatAndLint } from "./format-and-lint.ts";
import { layers } from "./layers.ts";
import type { Verdict } from "./tool.ts";
import { types } from "./types.ts";

/** The checks made by tools, in the order in which their findings are cheapest to fix. */
export const checks: readonly ((root: string) => Verdict)[] = [formatAndLint, types, layers, deadCode];
