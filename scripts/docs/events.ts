import { eventCatalogue } from "@tamma/core/domain/loop/catalogue.ts";
import { Envelope, LoopEvent, type LoopEventType } from "@tamma/core/domain/loop/events.ts";
import type { z } from "zod";
import { documentedConstants } from "./doc-comments.ts";
import { code, fence } from "./markdown.ts";
import { broken, meaningOfNames, names } from "./names.ts";
import { fieldsOf, inFull } from "./shape.ts";

/** The files of the catalogue, in the order in which a loop meets them. */
const families: [file: string, title: string][] = [
  ["work-item", "Work item and proposals"],
  ["people", "Decisions of people"],
  ["code", "Code, gates and the pull request"],
  ["control", "Jobs, turns, budget and the end"],
];

/** Every type of event with its meaning and fields. */
export function events(root: string): string {
  const schemas = new Map(LoopEvent.options.map((option) => [typeOf(option), option as z.ZodType]));
  const sections = families.map(([file, title]) => {
    const path = `core/domain/loop/events/${file}.ts`;
    const own = documentedConstants(root, path).filter(({ name }) => schemas.has(name));
    const entries = own.map(({ name, says }) => entry(name, says, schemas.get(name) as z.ZodType));
    for (const { name } of own) schemas.delete(name);
    return `### ${title}\n\n${entries.join("\n\n")}`;
  });
  if (schemas.size > 0)
    throw new Error(`events in no file of core/domain/loop/events: ${[...schemas.keys()].join(", ")}`);
  const all = sections.join("\n\n");
  return `${all}\n\n### What the names stand for\n\n${meaningOfNames(all)}`;
}

function entry(name: string, says: string, schema: z.ZodType): string {
  const fields = fieldsOf(schema, names).filter((field) => field.name !== "type");
  const list = fields.map((field) => `- ${code(field.name)}: ${code(field.shape)}`).join("\n");
  const example = fence("json", JSON.stringify(eventCatalogue[name as LoopEventType].example, null, 2));
  const shape = list === "" ? "No fields of its own." : list;
  const folded = `<details><summary>Example</summary>\n\n${example}\n\n</details>`;
  return [`#### ${name}`, says, shape, folded].filter(Boolean).join("\n\n");
}

function typeOf(option: { shape: { type: { value: string } } }): string {
  return option.shape.type.value;
}

/** How an event lies in the log. */
export function envelope(): string {
  return fence("ts", `type Envelope = ${broken(inFull(Envelope, names))};`);
}
