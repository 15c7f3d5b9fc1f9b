import { plainGitConnection } from "@tamma/core/domain/platform/connection.ts";
import { logError } from "../log.ts";
import { lookAtAll } from "./look-at-all.ts";
import type { ActingPorts } from "./stage.ts";

/** A loop at work must not wait for long on a delivery that was lost. */
const busyEveryMs = 10 * 60_000;
/** A label that nobody told of is found within the hour. */
const idleEveryMs = 60 * 60_000;

/** Begun, ended well, asked for by a person. */
const [looked, whole, wanted] = ["everything", "everything: whole", "everything: wanted"];

/** When everything is looked at, for what was never delivered. */
export interface Looking {
  /** Null: never, as on plain Git. */
  at(): number | null;
  /** Never throws. */
  run(): Promise<void>;
  /** Look at once. */
  ask(): void;
}

export function looking(ports: ActingPorts): Looking {
  const { heard, known, now } = ports;
  const isHosted = () => (known()?.repository.connection ?? plainGitConnection) !== plainGitConnection;

  function at(): number | null {
    if (!isHosted()) return null;
    const [last, asked] = [heard.lookedAt(looked), heard.lookedAt(wanted)];
    if (last === null || (asked !== null && asked > last)) return asked ?? now();
    const busy = known()?.loops.some(({ ended }) => !ended) ?? false;
    return last + (busy ? busyEveryMs : idleEveryMs);
  }

  async function run(): Promise<void> {
    const repository = known()?.repository;
    if (!repository) return;
    const since = heard.lookedAt(whole);
    const begun = now();
    // Taken down first: a look that fails is made again when it is due again.
    heard.setLooked(looked, begun);
    try {
      const platform = await ports.platform(repository);
      const account = await platform.reading.me();
      await lookAtAll({ ports, repository, platform, account, occasion: `look:${begun}` }, since);
      heard.setLooked(whole, begun);
    } catch (thrown) {
      logError("look", thrown, { repository: repository.name });
    }
  }

  return { at, run, ask: () => heard.setLooked(wanted, now()) };
}
