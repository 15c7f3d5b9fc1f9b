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

const main = await help([]);
const listed = main.slice(main.indexOf("Commands:")).matchAll(/^ {2}([a-z][\w-]*)/gm);
const commands: Record<string, string> = {};
for (const [, name = ""] of listed) if (name !== "help") commands[name] = await help([name]);
process.stdout.write(JSON.stringify({ main, commands }));
