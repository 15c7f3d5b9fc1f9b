import type { OrchestratorEnv } from "../../workers/orchestrator/env.ts";
import type { BenchLog } from "./bench-log.ts";
import type { EngineLoop } from "./engine-loop.ts";
import { callSteps, driveLoop, stepsOfLoop } from "./hand.ts";
import type { StepLoop } from "./step-loop.ts";

export { BenchLog } from "./bench-log.ts";
export { EngineLoop } from "./engine-loop.ts";
export { StepLoop } from "./step-loop.ts";

interface BenchEnv extends OrchestratorEnv {
  LOG: DurableObjectNamespace<BenchLog>;
  LOOP: DurableObjectNamespace<EngineLoop>;
  STEPS: DurableObjectNamespace<StepLoop>;
}

export default {
  /**
   * `POST /<steps | calls | loop>/<work item>/<run>` drives a loop to its end (of bare steps: with `?pause=`
   * milliseconds after each). In the place of the run, `copying` and `bytes` ask its object, and `resume`
   * lets its first run of bare steps go on after a kill. `POST /log/<object>/<verb>?id=<command id>`: one of
   * BenchLog's methods, an event's text in the body.
   */
  async fetch(request: Request, env: BenchEnv): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const [, kind, object = "", verb = ""] = pathname.split("/");
    switch (kind) {
      case "steps":
      case "calls":
      case "loop":
        return Response.json(
          await loopAnswer(env, kind, `plain-git/${kind}/${object}`, verb, Number(searchParams.get("pause"))),
        );
      case "log":
        return Response.json(await logAnswer(env, object, verb, searchParams.get("id") ?? "", request));
      default:
        return new Response(null, { status: 404 });
    }
  },
};

async function loopAnswer(
  env: BenchEnv,
  kind: "steps" | "calls" | "loop",
  name: string,
  verb: string,
  pauseMs: number,
) {
  // Stubs are typed by hand: an inferred type that passes two RPC borders becomes `never`.
  const steps = env.STEPS.get(env.STEPS.idFromName(name)) as unknown as StepLoop;
  const loop = env.LOOP.get(env.LOOP.idFromName(name)) as unknown as EngineLoop;
  const object = kind === "loop" ? loop : steps;
  if (verb === "copying") return object.copying();
  if (verb === "bytes") return object.bytes();
  if (verb === "resume") return steps.resume(`${name}#1`, stepsOfLoop());
  const run = `${name}#${verb}`;
  if (kind === "loop") await driveLoop(loop, run);
  else if (kind === "calls") await callSteps(steps, run);
  else await steps.take(run, stepsOfLoop(), pauseMs);
  return null;
}

async function logAnswer(env: BenchEnv, object: string, verb: string, id: string, request: Request) {
  const log = env.LOG.get(env.LOG.idFromName(object)) as unknown as BenchLog;
  switch (verb) {
    case "append":
      return log.append(object, id, await request.text());
    case "flush":
      return log.flush(object);
    case "state":
      return log.state(object);
    case "verify":
      return log.verify(object);
    default:
      return log.nothing();
  }
}
