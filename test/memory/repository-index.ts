import type { Holder } from "../../workers/orchestrator/lease-rows.ts";
import type { LoopRow } from "../../workers/orchestrator/objects.ts";
import { endedRowsMax, type RepositoryIndex } from "../../workers/orchestrator/repository-index.ts";
import type { DiskAccess } from "./disk.ts";

type OpenJob = { job: string; loop: string; at: number; row: number; holder: string | null; fence: number };

/** Open jobs and list rows in memory; see the rows in SQLite for what they mean. */
export function memoryRepositoryIndex(disk: DiskAccess): RepositoryIndex {
  const jobs = disk.table<OpenJob>("open jobs");
  const counted = disk.table<number>("open jobs counted");
  const loops = disk.table<LoopRow>("loop rows");
  const dropJobs = (fits: (row: OpenJob) => boolean) => {
    for (const row of [...jobs.rows()]) if (fits(row)) jobs.drop(row.job);
  };
  const newestFirst = (rows: LoopRow[]) => rows.sort((a, b) => b.summary.updatedAt - a.summary.updatedAt);
  return {
    offer: (loop, job, at) => {
      dropJobs((row) => row.loop === loop && row.job !== job);
      const known = jobs.get(job);
      if (known) return jobs.put(job, { ...known, holder: null, fence: 0 });
      const row = (counted.get("rows") ?? 0) + 1;
      counted.put("rows", row);
      jobs.put(job, { job, loop, at, row, holder: null, fence: 0 });
    },
    hold: (job, by, fence) => {
      const row = jobs.get(job);
      if (row) jobs.put(job, { ...row, holder: holderKey(by), fence });
    },
    forget: (job) => jobs.drop(job),
    jobs: () =>
      [...jobs.rows()]
        .sort((a, b) => a.at - b.at || a.row - b.row)
        .map(({ loop, job, holder }) => ({ loop, job, held: holder !== null })),
    openJobs: (loop, wish) => {
      const own = wish.instance === null ? null : holderKey(wish);
      const unheard = ({ holder, job, fence }: OpenJob) =>
        holder === own && !wish.received.includes(`${job}:${fence}`);
      return [...jobs.rows()]
        .filter((row) => (loop === null || row.loop === loop) && (row.holder === null || unheard(row)))
        .sort((a, b) => a.at - b.at || a.row - b.row)
        .map(({ loop, job }) => ({ loop, job }));
    },
    note: (row) => {
      const { id } = row.summary;
      if (row.seq >= (loops.get(id)?.seq ?? 0)) loops.put(id, row);
      if (row.active) return;
      dropJobs((each) => each.loop === id);
      const ended = newestFirst([...loops.rows()].filter((each) => !each.active));
      for (const old of ended.slice(endedRowsMax)) loops.drop(old.summary.id);
    },
    rows: () => newestFirst([...loops.rows()]),
  };
}

function holderKey({ runner, instance }: Holder): string {
  return `${runner} ${instance ?? ""}`;
}
