import { ProjectConfig } from "@tamma/core/domain/project-config.ts";
import { code, table } from "./markdown.ts";
import { names } from "./names.ts";
import { fieldsOf } from "./shape.ts";

export const configKeys: readonly string[] = Object.keys(ProjectConfig.shape);

/** Every key of `.tamma.yml` with what may stand there. */
export function configReference(): string {
  const rows = fieldsOf(ProjectConfig, names).map(({ name, shape, says }) => [
    code(name),
    code(shape.replace("Record<string, string>", "name: value pairs")),
    says,
  ]);
  return table(["key", "value", "meaning"], rows);
}
