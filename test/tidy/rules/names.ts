import { isData, type Rule, type TreeFile } from "./rule.ts";

const folderDepthMax = 4;

/** These words say that a file has no idea of its own. */
const emptyWords = new Set([
  "util",
  "utils",
  "helper",
  "helpers",
  "manager",
  "managers",
  "service",
  "services",
  "common",
]);

/** Read by people first, and named in capitals by custom. */
const inCapitals = /^([A-Z]+\.md|LICENSE|NOTICE|Dockerfile|CODEOWNERS)$/;
const kebab = /^[._]?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/;
/** wrangler and drizzle write `0001_name.sql`. */
const migration = /^migrations\/\d{4}_[a-z0-9_]+\.sql$/;

const nameOf = (path: string) => path.split("/").at(-1) ?? "";
const isOurs = (path: string) => !isData(path) && !/^(workers\/site|docs-site)\//.test(path);
const whole = (file: TreeFile, says: string) => [{ path: file.path, line: 1, says }];

export const kebabCase: Rule = {
  name: "files and folders have kebab-case names",
  looksAt: (path) => isOurs(path) && !migration.test(path),
  find: (file) => {
    const folders = file.path.split("/").slice(0, -1);
    const name = nameOf(file.path);
    const wrong = [...folders, ...(inCapitals.test(name) ? [] : [name])].filter((part) => !kebab.test(part));
    return wrong.length > 0 ? whole(file, `${wrong.join(" and ")} is not kebab-case`) : [];
  },
};

export const emptyWord: Rule = {
  name: "no file or folder is called utils, helpers, manager, service or common",
  looksAt: isOurs,
  find: (file) => {
    const words = file.path.toLowerCase().split(/[/.\-_]/);
    const empty = words.filter((word) => emptyWords.has(word));
    return empty.length > 0 ? whole(file, `"${empty[0]}" names no idea: say what the file does`) : [];
  },
};

export const deepFolder: Rule = {
  name: `folders nest at most ${folderDepthMax} deep`,
  looksAt: isOurs,
  find: (file) => {
    const depth = file.path.split("/").length - 1;
    return depth > folderDepthMax ? whole(file, `lies ${depth} folders deep`) : [];
  },
};

export const pagesInWorkers: Rule = {
  name: "JSX lies in workers/ only, since Node strips types but no JSX",
  looksAt: (path) => path.endsWith(".tsx") && isOurs(path),
  find: (file) =>
    file.path.startsWith("workers/") ? [] : whole(file, "would not start under Node: no JSX here"),
};
