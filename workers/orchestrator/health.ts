import type { Health } from "@tamma/core/protocol/rest.ts";
import { storageFaultOf } from "../storage-fault.ts";
import { d1Answers } from "./d1-log.ts";
import { logError } from "./log.ts";
import { accountHub, issueLoop, type KeeperRpc } from "./objects.ts";
import { allRepositories, type Parts } from "./parts.ts";
import { objectNames } from "./resume.ts";

/** Loops asked for one health page; a page must not wake hundreds. */
const loopsAskedMax = 50;

/**
 * How each part is. Without the objects nothing goes on: that is `down`. With D1 or R2 ill, or with events
 * that wait to be copied, the work goes on or waits: that is `degraded`.
 */
export async function health(parts: Parts): Promise<Health> {
  const { env } = parts;
  const [objects, database, blobs] = await Promise.all([
    part("objects", async () => void (await accountHub(env).repositories())),
    part("database", () => d1Answers(env.DB)),
    part("blobs", async () => void (await env.BLOBS.head("health"))),
  ]);
  const copies = objects === "ok" ? await copiesOf(parts) : "does not answer";
  const told = { objects, database, blobs, copies };
  const ill = Object.values(told).some((state) => state !== "ok" && !state.startsWith("ok, "));
  return { status: objects === "ok" ? (ill ? "degraded" : "ok") : "down", parts: told };
}

async function part(name: string, ask: () => Promise<void>): Promise<string> {
  try {
    await ask();
    return "ok";
  } catch (thrown) {
    logError(`health ${name}`, thrown);
    return storageFaultOf(thrown) === "full" ? "the disk is full" : "does not answer";
  }
}

/** Events that are in the objects and not yet in D1. A few are ordinary: they are copied at this moment. */
const lagMax = 500;

async function copiesOf(parts: Parts): Promise<string> {
  const objects: KeeperRpc[] = [accountHub(parts.env)];
  try {
    for (const { coordinator } of await allRepositories(parts)) {
      objects.push(coordinator);
      const { busy } = await coordinator.knownLoops();
      const room = Math.max(0, loopsAskedMax - objects.length);
      for (const name of objectNames(busy).slice(-room)) objects.push(issueLoop(parts.env, name));
    }
    const all = await Promise.all(objects.map((object) => object.copying()));
    const sum = (of: "waiting" | "held") => all.reduce((total, each) => total + each[of], 0);
    const [waiting, held] = [sum("waiting"), sum("held")];
    if (held > 0)
      return `${held === 1 ? "1 stream is" : `${held} streams are`} held: D1 has more; run tamma reconcile`;
    if (waiting > lagMax) return `${waiting} events wait to be copied to D1`;
    return waiting === 0 ? "ok" : `ok, ${waiting} events on their way to D1`;
  } catch (thrown) {
    logError("health copies", thrown);
    return "does not answer";
  }
}
