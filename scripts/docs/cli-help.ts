// Prints the help of the command line as JSON. A process of its own, because commander asks whether standard
// output is a terminal and how wide: here it never is one, so the pages do not depend on who makes them.
import { runCli } from "../../cli/program.ts";

async function help(args: string[]): Promise<string> {
  let text = "";
  const terminal = () => ({
    interactive: false,
    colours: false,
    unicode: false,
    columns: 80,
    out: (said: string) => {
      text += said;
    },
    err: () => {},
  });
  await runCli([...args, "--help"], { env: {}, cwd: "/", version: "", terminal } as Parameters<typeof runCli>[1]);
  return text;
}

const main = await help([]);
const names = [...main.slice(main.indexOf("Commands:")).matchAll(/^ {2}([a-z][\w-]*)/gm)].map((one) => one[1] ?? "");
const commands: Record<string, string> = {};
for (const name of names) if (name !== "help") commands[name] = await help([name]);
process.stdout.write(JSON.stringify({ main, commands }));
