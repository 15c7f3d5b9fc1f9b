import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLoadHost } from "../../load/host.ts";
import { startRunners } from "../../load/runners.ts";
import { eventsOf, type FaultCase, loopFaults, startLoops, untilAll, whileDeciding } from "./case.ts";

const loops = 4;
/** Seconds. A lease is over after half a minute, and a token after a quarter of an hour. */
const forward = 600;
const back = -7_200;

/**
 * Shifts the wall clock of one process by the seconds in a file; all other clocks stay. Allocators ask for
 * the time with their locks held, so nothing in it may allocate.
 */
const library = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
static long shift(void) {
  char text[32] = { 0 };
  int file = open(getenv("CLOCK_SHIFT"), O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  ssize_t length = read(file, text, sizeof text - 1);
  close(file);
  return length > 0 ? atol(text) : 0;
}
int clock_gettime(clockid_t id, struct timespec *at) {
  static int (*real)(clockid_t, struct timespec *);
  if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
  int result = real(id, at);
  if (result == 0 && id == CLOCK_REALTIME) at->tv_sec += shift();
  return result;
}
int gettimeofday(struct timeval *at, void *zone) {
  struct timespec now;
  (void)zone;
  clock_gettime(CLOCK_REALTIME, &now);
  at->tv_sec = now.tv_sec;
  at->tv_usec = now.tv_nsec / 1000;
  return 0;
}
`;

export const clockMoved: FaultCase = {
  name: "clock moved",
  says: "the server's clock goes ten minutes forward, then two hours back, while loops run",
  skip: () =>
    process.platform === "linux" && spawnSync("cc", ["--version"]).status === 0
      ? null
      : "moving the clock of one process needs a C compiler on Linux",
  async run() {
    const folder = mkdtempSync(join(tmpdir(), "tamma-clock-"));
    try {
      const [source, object, shift] = ["clock.c", "clock.so", "shift"].map((name) => join(folder, name));
      if (!source || !object || !shift) throw new Error("no names");
      writeFileSync(source, library);
      execFileSync("cc", ["-shared", "-fPIC", "-O1", "-o", object, source, "-ldl"]);
      writeFileSync(shift, "0");
      await using host = await openLoadHost({ turnMs: 30, env: { LD_PRELOAD: object, CLOCK_SHIFT: shift } });
      await using _runners = await startRunners(host, 30, 1);
      const started = await startLoops(host, loops);
      await untilAll(host, started, "CheckpointOpened");
      writeFileSync(shift, String(forward));
      await whileDeciding(host, () => untilAll(host, started, "PatchProposed"));
      writeFileSync(shift, String(back));
      await whileDeciding(host, () => untilAll(host, started, "Merged"));
      const faults = await loopFaults(host, started);
      for (const loop of started) {
        const events = await eventsOf(host, loop);
        const older = events.find(({ at }, n) => at < (events[n - 1]?.at ?? 0));
        if (older) faults.push(`event ${older.seq} of ${loop} is older than the one before it`);
        if ((events.at(-1)?.at ?? 0) < Date.now() + (forward * 1_000) / 2)
          faults.push(`${loop} did not see the clock move`);
      }
      return faults;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
