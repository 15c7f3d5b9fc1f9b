import type { Context } from "hono";
import { z } from "zod";
import type { Caller } from "../rpc.ts";
import type { AppEnv } from "./bindings.ts";
import { HttpProblem } from "./problem.ts";

/** Long enough for a UUID with a prefix, short enough to be a key. */
const CommandId = z.string().regex(/^[\x21-\x7e]{1,200}$/);

/** Who asks through REST; without an `Idempotency-Key` every request is a command of its own. */
export function apiCaller(c: Context<AppEnv>, via: Caller["via"] = "api"): Caller {
  const key = c.req.header("idempotency-key");
  if (key !== undefined && !CommandId.safeParse(key).success)
    throw new HttpProblem(
      400,
      "bad-idempotency-key",
      "The Idempotency-Key is not 1 to 200 visible ASCII characters.",
      "Send a UUID, the same one again for the same command.",
    );
  return { person: c.var.person, commandId: key ?? crypto.randomUUID(), via };
}

/** Who asks through a form: its hidden `command` field makes a second click the same command. */
export function formCaller(c: Context<AppEnv>, form: Record<string, string>): Caller {
  const given = CommandId.safeParse(form.command);
  return { person: c.var.person, commandId: given.data ?? crypto.randomUUID(), via: "dashboard" };
}
