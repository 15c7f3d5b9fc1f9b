/** Paths of pages. Ids hold `/` and `#`: always one encoded segment. */
const segment = encodeURIComponent;

export const loopPath = (loop: string, page = "") => `/app/loops/${segment(loop)}${page && `/${page}`}`;
export const eventPath = (loop: string, seq: number) => loopPath(loop, `events/${seq}`);
export const logPath = (loop: string, job: string | null) =>
  loopPath(loop, job === null ? "log" : `log?job=${segment(job)}`);
export const checkpointPath = (loop: string, checkpoint: string) =>
  loopPath(loop, `checkpoints/${segment(checkpoint)}`);
export const escalationPath = (loop: string, escalation: string) =>
  loopPath(loop, `escalations/${segment(escalation)}`);
export const repositoryPath = (repository: string) => `/app/repos/${segment(repository)}`;
export const issuePath = (repository: string, number: number) =>
  `${repositoryPath(repository)}/issues/${number}`;

/** `url` when a browser may be sent there; null for paths, file:, javascript: and everything else. */
export function webUrl(url: string): string | null {
  if (!URL.canParse(url)) return null;
  return ["http:", "https:"].includes(new URL(url).protocol) ? url : null;
}
