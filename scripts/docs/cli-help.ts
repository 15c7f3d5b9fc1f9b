// Prints the help of the command line as JSON. A process of its own, because commander asks whether standard
// output is a terminal and how wide: here it never is one, so the pages do not depend on who makes them.
import { runCli } from "../../cli/program.ts";
import { processTerminal } from "../../cli/terminal.ts";

async function help(args: string[]): Promise<string> {
  let text = "";
  const out = (said: string) => {
    text += said;
  };
  const terminal = () => ({ ...processTerminal({}, true), out });
  await runCli([...args, "--help"], { env: {}, cwd: "/", version: "", terminal });
  return text;
}

/** Names of the commands that a help lists; options begin with a dash. */
function listed(text: string): string[] {
  const names = [...text.matchAll(/^ {2}([a-z][\w-]*)/gm)].map(([, name = ""]) => name);
  return names.filter((name) => name !== "help");
}

const main = await help([]);
const commands: Record<string, string> = {};
for (const name of listed(main)) {
  commands[name] = await help([name]);
  // A group of commands lists its own.
  if (!/^Commands:$/m.test(commands[name])) continue;
  const own = commands[name].slice(commands[name].indexOf("Commands:"));
  for (const sub of listed(own)) commands[`${name} ${sub}`] = await help([name, sub]);
}
process.stdout.write(JSON.stringify({ main, commands }));
