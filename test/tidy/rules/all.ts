import { noAddresses } from "./addresses.ts";
import { noAny, noDefaultExport, noSilencedCompiler } from "./language.ts";
import { longFile, longFunction, longLine } from "./length.ts";
import { deepFolder, emptyWord, kebabCase, pagesInWorkers } from "./names.ts";
import { pureDomain } from "./pure-domain.ts";
import type { Rule } from "./rule.ts";

/** Every rule about single files. Each has a planted violation in planted-rules.test.ts. */
export const rules: readonly Rule[] = [
  longFile,
  longFunction,
  longLine,
  deepFolder,
  kebabCase,
  emptyWord,
  pagesInWorkers,
  noAny,
  noSilencedCompiler,
  noDefaultExport,
  pureDomain,
  noAddresses,
];
