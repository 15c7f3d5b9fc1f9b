import { z } from "zod";

/**
 * The parts of workflows and actions that ours use. What is not here is refused: nobody would have run it.
 */

const texts = z.record(z.string(), z.string());
const permissions = z.record(z.enum(["contents", "id-token"]), z.enum(["read", "write", "none"]));

const Step = z
  .strictObject({
    id: z.string().optional(),
    name: z.string().optional(),
    uses: z.string().optional(),
    run: z.string().optional(),
    with: texts.optional(),
  })
  .refine(
    ({ uses, run }) => (uses === undefined) !== (run === undefined),
    "a step uses an action or runs a shell",
  );

const Job = z.strictObject({
  "runs-on": z.union([z.string(), z.array(z.string()).min(1)]),
  "timeout-minutes": z.number().int().positive(),
  needs: z.union([z.string(), z.array(z.string())]).optional(),
  if: z.string().optional(),
  permissions: z.partialRecord(z.enum(["contents", "id-token"]), z.enum(["read", "write"])).optional(),
  outputs: texts.optional(),
  steps: z.array(Step).min(1),
});

export const Workflow = z.strictObject({
  name: z.string(),
  "run-name": z.string(),
  on: z.strictObject({
    workflow_dispatch: z.strictObject({
      inputs: z.record(
        z.string(),
        z.strictObject({
          description: z.string(),
          required: z.boolean(),
          default: z.string().optional(),
          type: z.literal("string"),
        }),
      ),
    }),
  }),
  permissions: z.partialRecord(permissions.keyType, permissions.valueType),
  concurrency: z.strictObject({ group: z.string(), "cancel-in-progress": z.boolean() }),
  jobs: z.record(z.string(), Job),
});

export const Action = z.strictObject({
  name: z.string(),
  description: z.string(),
  author: z.string(),
  branding: z.strictObject({ icon: z.string(), color: z.string() }),
  inputs: z.record(
    z.string(),
    z.strictObject({
      description: z.string().min(20),
      required: z.boolean(),
      default: z.string().optional(),
    }),
  ),
  outputs: z.record(z.string(), z.strictObject({ description: z.string().min(10) })),
  runs: z.strictObject({
    using: z.literal("node24"),
    main: z.string(),
    post: z.string(),
    "post-if": z.literal("always()"),
  }),
});

export type Workflow = z.infer<typeof Workflow>;
export type Job = z.infer<typeof Job>;
export type Action = z.infer<typeof Action>;

/** The inputs of a dispatch, as the platform takes them: declared ones only, required ones given. */
export function inputsOf(
  workflow: Workflow,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  return filled(workflow.on.workflow_dispatch.inputs, given, (text) => text);
}

/** The inputs of an action with their defaults, in which expressions are evaluated. */
export function actionInputs(
  action: Action,
  given: Record<string, string>,
  evaluated: (text: string) => string,
): Record<string, string> {
  return filled(action.inputs, given, evaluated);
}

/** The outputs that an action has declared; any other is an error. */
export function declaredOutputs(action: Action, set: Record<string, string>): Record<string, string> {
  for (const name of Object.keys(set))
    if (!(name in action.outputs)) throw new Error(`no such output: ${name}`);
  return set;
}

function filled(
  declared: Record<string, { required: boolean; default?: string | undefined }>,
  given: Readonly<Record<string, string>>,
  evaluated: (text: string) => string,
): Record<string, string> {
  for (const name of Object.keys(given)) if (!(name in declared)) throw new Error(`no such input: ${name}`);
  const pairs = Object.entries(declared).map(([name, { required, default: usual }]) => {
    const value = given[name] ?? (usual === undefined ? "" : evaluated(usual));
    if (required && value === "") throw new Error(`the input ${name} is required`);
    return [name, value];
  });
  return Object.fromEntries(pairs);
}
