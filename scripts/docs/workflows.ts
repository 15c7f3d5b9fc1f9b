import { readFileSync } from "node:fs";
import { join } from "node:path";
import { workflowTemplates } from "@tamma/core/domain/platform/runner-workflow.ts";
import type { Page } from "./pages.ts";

/** Workflows that people copy and that differ from what Tamma would propose, with their new text. */
export function outdatedWorkflows(root: string): Page[] {
  return workflowTemplates().filter(({ path, text }) => readFileSync(join(root, path), "utf8") !== text);
}
