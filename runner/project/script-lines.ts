/** One command of a script, without what only starts it. */
export interface ScriptCommand {
  /** Variables in front of it, as written: `NODE_ENV=test`. */
  variables: string[];
  /** Program and arguments, quotes kept. */
  words: string[];
  /** Name of the script that it stands in, and whether arguments behind that script reach it. */
  script: string;
  last: boolean;
}

/** A script that calls scripts that call scripts; more is a circle. */
const hopsMax = 6;
const word = /(?:[^\s"']+|"(?:[^"\\]|\\.)*"|'[^']*')+/g;
const between = new Set(["&&", "||", ";", "|", "&"]);
const variable = /^[A-Za-z_]\w*=/;

/** The flags of a coverage tool that take a value, besides its thresholds. */
function covering(flags: string): RegExp {
  return new RegExp(`^(${flags.split(" ").join("|")}|--lines|--branches|--functions|--statements)$`);
}

/** Programs that run the command behind them, with the flags of theirs that take the next word. */
const wrappers: Record<string, RegExp> = {
  c8: covering("-r --reporter -x --exclude -n --include -o --report-dir --reports-dir -c --config --src"),
  nyc: covering(
    "-r --reporter -x --exclude -n --include -e --extension -i --require --cwd --report-dir -t --temp-dir",
  ),
  "cross-env": /^$/,
  "cross-env-shell": /^$/,
  env: /^$/,
  time: /^$/,
  npx: /^(-p|--package|-w|--workspace)$/,
  dotenv: /^(-e|-c|-v)$/,
  "xvfb-run": /^(-s|--server-args)$/,
};

/** The commands that the script `name` comes to, in their order, through the scripts that it calls. */
export function commandsOf(scripts: Record<string, string>, name: string, hops = 0): ScriptCommand[] {
  const body = scripts[name];
  if (body === undefined || hops > hopsMax) return [];
  const parts = split(body.match(word) ?? []);
  return parts.flatMap((part, at) => {
    const { variables, words } = unwrapped(part);
    const called = calledScripts(words, Object.keys(scripts));
    const last = at === parts.length - 1;
    if (called.length > 0)
      return called.flatMap((one) =>
        commandsOf(scripts, one, hops + 1).map((command) => ({
          ...command,
          variables: [...variables, ...command.variables],
          last: command.last && last && called.length === 1,
        })),
      );
    return words.length === 0 ? [] : [{ variables, words, script: name, last }];
  });
}

function split(words: readonly string[]): string[][] {
  const parts: string[][] = [[]];
  for (const one of words) {
    if (between.has(one)) parts.push([]);
    else if (one.endsWith(";")) {
      parts.at(-1)?.push(one.slice(0, -1));
      parts.push([]);
    } else parts.at(-1)?.push(one);
  }
  return parts.filter((part) => part.length > 0);
}

function unwrapped(part: readonly string[]): Pick<ScriptCommand, "variables" | "words"> {
  const variables: string[] = [];
  let words = [...part];
  for (;;) {
    const first = words[0] ?? "";
    if (variable.test(first)) {
      variables.push(first);
      words = words.slice(1);
      continue;
    }
    const withValue = Object.hasOwn(wrappers, first) ? wrappers[first] : undefined;
    if (!withValue) return { variables, words };
    words = words.slice(1);
    while (words[0]?.startsWith("-")) words = words.slice(withValue.test(words[0]) ? 2 : 1);
  }
}

/** Names of the scripts that a command runs; none when it runs no script. */
function calledScripts(words: readonly string[], names: readonly string[]): string[] {
  const [program = "", ...rest] = words;
  const plain = rest.filter((one) => !one.startsWith("-"));
  if (/^(npm-run-all2?|run-s|run-p)$/.test(program)) return plain.flatMap((one) => fitting(one, names));
  if (!/^(npm|pnpm|yarn|bun)$/.test(program)) return [];
  // Scripts of other folders are not these.
  if (rest.some((one) => /^(-w|-ws|-r|--workspaces?|--prefix|-C|--cwd|--filter|--recursive)\b/.test(one)))
    return [];
  const explicit = plain[0] === "run" || plain[0] === "run-script";
  const name = explicit ? plain[1] : plain[0];
  const script = program === "npm" && !explicit && name === "t" ? "test" : name;
  return script !== undefined && names.includes(script) ? [script] : [];
}

/** `test:*` of npm-run-all. */
function fitting(pattern: string, names: readonly string[]): string[] {
  const plain = pattern.replace(/^["']|["']$/g, "").split(" ")[0] ?? "";
  if (!plain.includes("*")) return names.includes(plain) ? [plain] : [];
  const shape = plain
    .split("*")
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"))
    .join("[^:]*");
  return names.filter((name) => new RegExp(`^${shape}$`).test(name));
}
