import type { Desk, ToolAnswer } from "./desk.ts";
import { applyDiff, replaceOnce, writeWhole } from "./edit-tools.ts";
import { listFiles, readLines, search } from "./read-tools.ts";
import { runCommand } from "./run-tool.ts";
import type { ToolCall } from "./tool-call.ts";

/** Performs a call on the workspace. A refusal is an answer too. */
export async function useTool(
  desk: Desk,
  call: Exclude<ToolCall, { name: "ask" | "finish" }>,
): Promise<ToolAnswer> {
  const done = async (text: Promise<string>): Promise<ToolAnswer> => ({ text: await text, isError: false });
  switch (call.name) {
    case "list_files":
      return await done(listFiles(desk, call.input.path));
    case "search":
      return await done(search(desk, call.input.pattern, call.input.path));
    case "read_file":
      return await done(readLines(desk, call.input.path, call.input.from));
    case "str_replace":
      return await done(replaceOnce(desk, call.input.path, call.input.old, call.input.new));
    case "write_file":
      return await done(writeWhole(desk, call.input.path, call.input.content));
    case "apply_patch":
      return await done(applyDiff(desk, call.input.diff));
    case "run":
      return await runCommand(desk, call.input.command, call.input.files ?? []);
    default:
      return call satisfies never;
  }
}
