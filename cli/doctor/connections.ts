import { CliError } from "../exit-codes.ts";
import type { Api } from "../http/api.ts";
import { type Finding, fault, findingOf } from "./finding.ts";

/** What the platform says of a connection and its repositories, or of one of them. */
export async function checkConnection(
  api: Api,
  id: string,
  repository: string | null = null,
): Promise<Finding[]> {
  const { findings } = await api.checkConnection(id, repository);
  const all = findings.map((finding) => findingOf(id, finding));
  return repository === null
    ? all
    : all.filter(({ what, state }) => what.startsWith("repository ") || state !== "ok");
}

/** The same, for whoever looks at everything: what fails is a finding like the others. */
export async function tryConnection(api: Api, id: string): Promise<Finding[]> {
  try {
    return await checkConnection(api, id);
  } catch (error) {
    if (error instanceof CliError) return [fault(`connection ${id}`, error.message, error.todo)];
    throw error;
  }
}
