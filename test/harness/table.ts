import { attemptsMax, isFalse, isLost, mustMerge, type Played } from "./play.ts";

/**
 * By probability: how many tasks had a right attempt, how many of those were merged, and how that stands to
 * what is to be expected of so many attempts.
 */
export function tableOf(played: readonly Played[]): string {
  const rows = [...new Set(played.map((one) => one.p))]
    .sort((a, b) => b - a)
    .map((p) => {
      const own = played.filter((one) => one.p === p);
      const share = (n: number) => `${((100 * n) / own.length).toFixed(0)} %`;
      const could = own.filter(mustMerge).length;
      const merged = own.filter((one) => one.merged).length;
      const expected = `${(100 * (1 - (1 - p) ** attemptsMax)).toFixed(1)} %`;
      const lost = own.filter(isLost).length;
      const wrong = own.filter(isFalse).length;
      return [p.toFixed(1), own.length, could, merged, share(merged), expected, lost, wrong].map(String);
    });
  const head = ["p", "tasks", "a right one", "merged", "measured", "expected", "lost", "false"];
  return [head, ...rows].map((cells) => cells.map((cell) => cell.padStart(12)).join("")).join("\n");
}
