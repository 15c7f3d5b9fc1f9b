import type { Rule } from "./rule.ts";

// Written in pieces, or this file would find itself.
const machineFolders = ["work", "farm", "root"].join("|");
const machinePath = new RegExp(`(?<![\\w.~-])/(${machineFolders})/`);
const registry = new RegExp(["registry\\.npm", "js\\.org|npm", "mirror\\.|_auth", "Token"].join(""));

/** Which files hold text that a person wrote; the lockfile has rules of its own. */
const isText = (path: string) =>
  !/\.(png|ico|woff2?|zip|gz|sqlite|bundle)$/.test(path) && path !== "package-lock.json";

export const noAddresses: Rule = {
  name: "no path of one machine and no package registry is written down",
  looksAt: isText,
  find: (file) =>
    file.text.split("\n").flatMap((line, at) => {
      const found = machinePath.exec(line) ?? registry.exec(line);
      return found
        ? [{ path: file.path, line: at + 1, says: `${found[0]} is true on one machine only` }]
        : [];
    }),
};
