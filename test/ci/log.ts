/** One annotation, as the platform shows it beside the code. */
export interface Annotation {
  level: string;
  message: string;
  properties: Record<string, string>;
}

/** A job's log as people see it, and what its commands said. */
export interface ReadLog {
  /** Lines with masked secrets hidden, without commands. */
  shown: string;
  /** Titles of groups, in order. */
  groups: string[];
  annotations: Annotation[];
  masks: string[];
  /** Commands that the platform does not know, or that stand where none may. */
  faults: string[];
}

const known = ["group", "endgroup", "error", "warning", "notice", "debug", "add-mask", "stop-commands"];

/**
 * Reads a log as the platform's runner does: a line that begins with `::name` (blanks before it do not
 * matter) is a command, or one in the old form `##[name]` anywhere; `stop-commands` makes all of them text
 * until its word comes back. A carriage return ends a line as well.
 */
export function readLog(raw: string): ReadLog {
  const log: ReadLog = { shown: "", groups: [], annotations: [], masks: [], faults: [] };
  let stopped: string | null = null;
  let open = 0;
  for (const line of raw.split(/\r\n|[\r\n]/)) {
    const command = commandIn(line);
    if (stopped !== null) {
      if (command?.name === stopped) stopped = null;
      else log.shown += `${hidden(line, log.masks)}\n`;
      continue;
    }
    if (command === null) {
      if (line.includes("##[")) log.faults.push(`a command of the old form: ${line}`);
      log.shown += `${hidden(line, log.masks)}\n`;
      continue;
    }
    const { name, properties, message } = command;
    if (!known.includes(name)) log.faults.push(`an unknown command: ${line}`);
    if (name === "stop-commands") stopped = message;
    if (name === "add-mask") log.masks.push(message);
    if (name === "group") {
      open++;
      log.groups.push(message);
    }
    if (name === "endgroup" && --open < 0) log.faults.push("a group ended that was not open");
    if (["error", "warning", "notice"].includes(name))
      log.annotations.push({ level: name, message: hidden(message, log.masks), properties });
  }
  if (stopped !== null) log.faults.push("commands were stopped and never allowed again");
  return log;
}

function commandIn(
  line: string,
): { name: string; properties: Record<string, string>; message: string } | null {
  const found = /^\s*::([^\s:]+)(?: (.*?))?::(.*)$/s.exec(line);
  if (!found) return null;
  const [, name = "", list = "", message = ""] = found;
  const pairs = list.split(",").flatMap((pair): [string, string][] => {
    const at = pair.indexOf("=");
    return at < 0 ? [] : [[pair.slice(0, at), plain(pair.slice(at + 1))]];
  });
  return { name, properties: Object.fromEntries(pairs), message: plain(message) };
}

function plain(text: string): string {
  const codes: Record<string, string> = { "0A": "\n", "0D": "\r", "3A": ":", "2C": ",", "25": "%" };
  return text.replace(/%(0A|0D|3A|2C|25)/g, (_, code: string) => codes[code] ?? "");
}

function hidden(line: string, masks: readonly string[]): string {
  return masks.reduce((text, mask) => text.replaceAll(mask, "***"), line);
}

/** `name=value` and `name<<end` blocks of a file such as GITHUB_OUTPUT. Throws on anything else. */
export function readAssignments(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  const lines = text.split("\n");
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? "";
    if (line === "") continue;
    const block = /^([^=<]+)<<(.+)$/.exec(line);
    const equals = line.indexOf("=");
    if (block) {
      const end = lines.indexOf(block[2] ?? "", at + 1);
      if (end < 0) throw new Error(`the value of ${block[1]} never ends`);
      found[block[1] ?? ""] = lines.slice(at + 1, end).join("\n");
      at = end;
    } else if (equals > 0) found[line.slice(0, equals)] = line.slice(equals + 1);
    else throw new Error(`this line assigns nothing: ${line}`);
  }
  return found;
}
