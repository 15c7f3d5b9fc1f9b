import { renderDelivery } from "../commands/deliveries.ts";
import { CliError } from "../exit-codes.ts";
import type { Api } from "../http/api.ts";
import { type Finding, fault, ok, warning } from "./finding.ts";

const what = "deliveries";

/** Names the last delivery that was refused. Somebody without rights is none of our troubles; the rest is. */
export async function checkDeliveries(api: Api): Promise<Finding[]> {
  try {
    const { deliveries } = await api.deliveries({ only: "refused", limit: 1 });
    const [last] = deliveries;
    if (!last) return [ok(what, "none was refused in the last eight days")];
    const says = `the last that was refused: ${renderDelivery(last)}`;
    if (last.outcome === "failed")
      return [warning(what, says, "`tamma deliveries --refused` lists them; the server's log says more")];
    if (last.repository !== null) return [ok(what, says)];
    const todo = `\`tamma connections check ${last.connection}\` tells whether a webhook has another secret`;
    return [warning(what, says, todo)];
  } catch (error) {
    if (error instanceof CliError) return [fault(what, error.message, error.todo)];
    throw error;
  }
}
