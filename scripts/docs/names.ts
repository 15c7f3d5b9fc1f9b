import * as ids from "@tamma/core/domain/ids.ts";
import { EscalationCard } from "@tamma/core/domain/loop/events/people.ts";
import * as evidence from "@tamma/core/domain/loop/evidence.ts";
import * as proposal from "@tamma/core/domain/loop/proposal.ts";
import * as work from "@tamma/core/domain/loop/work.ts";
import { ProjectConfig } from "@tamma/core/domain/project-config.ts";
import * as turn from "@tamma/core/protocol/model-turn.ts";
import { z } from "zod";
import { fence } from "./markdown.ts";
import { inFull, type Names } from "./shape.ts";

/** The schemas that several pages name; ids are plain values and keep their name everywhere. */
const shared: Record<string, unknown> = {
  ...ids,
  ...evidence,
  ...proposal,
  ...work,
  ...turn,
  EscalationCard,
  ProjectConfig,
};

export const names: Names = new Map(
  Object.entries(shared).flatMap(([name, value]) => (value instanceof z.ZodType ? [[value, name]] : [])),
);

/** Names used in `text`, and in what those names stand for, in the order of the alphabet. */
export function namesIn(text: string): string[] {
  const found = new Set<string>();
  const look = (said: string) => {
    for (const [schema, name] of names) {
      if (found.has(name) || !new RegExp(`\\b${name}\\b`).test(said)) continue;
      found.add(name);
      look(inFull(schema as z.ZodType, names));
    }
  };
  look(text);
  return [...found].sort();
}

/** What every name in `text` stands for, as a block of TypeScript. */
export function meaningOfNames(text: string): string {
  const byName = new Map([...names].map(([schema, name]) => [name, schema as z.ZodType]));
  const lines = namesIn(text).flatMap((name) => {
    const schema = byName.get(name);
    return schema ? [`type ${name} = ${broken(inFull(schema, names))};`] : [];
  });
  return fence("ts", lines.join("\n"));
}

/** A long object with each field on a line of its own. */
export function broken(shape: string): string {
  if (shape.length <= 90 || !shape.startsWith("{ ")) return shape;
  let depth = 0;
  let text = "";
  for (const [at, sign] of [...shape].entries()) {
    if ("{[(".includes(sign)) depth += 1;
    if ("}])".includes(sign)) depth -= 1;
    const outer = depth === 1 && sign === "," && shape[at + 1] === " ";
    text += outer ? ",\n " : sign;
  }
  return text.replace(/^\{ /, "{\n  ").replace(/ \}$/, ",\n}");
}
