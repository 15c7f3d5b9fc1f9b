import { expect } from "vitest";
import { byRoute } from "../forge/account.ts";
import type { SeenRequest } from "../forge/server.ts";

/**
 * What the main way of a loop may cost its platform, from the first look at the repository to the last label
 * that goes. It has questions, a refusal, a check that fails, a remark and two approvals: about 90 requests,
 * and one or two more for each step that a busy machine takes half a minute for.
 */
const requestsMax = 115;
/** With two heads and a moment's luck a commit is looked at three or four times. */
const looksAtChecksMax = 6;
/** Asked once for all objects; once more when two of them wake at the same moment. */
const connectsMax = 2;
/** Each object asks whose its token is, unless another one knows. */
const meMax = 2;

/** What is read of a conversation besides: an approval looks for its question, in two places at most. */
const readsPerOrder = 2;

/** Holds the requests of one loop down, without a look at the time that it took. */
export function expectFew(requests: readonly SeenRequest[], orders: number): void {
  const counted = byRoute(requests);
  const of = (route: RegExp) =>
    Object.entries(counted).reduce((sum, [name, count]) => (route.test(name) ? sum + count : sum), 0);
  const said = `\n${JSON.stringify(counted, null, 1)}`;
  const posted = of(/^POST .*\/issues\/\{\w+\}\/comments$/);
  // A comment is looked for before it is posted, and never again, however often it is replaced.
  expect(of(/^GET .*\/issues\/\{\w+\}\/comments$/), said).toBeLessThanOrEqual(
    posted + orders * readsPerOrder,
  );
  expect(of(/^GET \/version$/) + of(/^GET \/settings\/api$/), said).toBeLessThanOrEqual(2 * connectsMax);
  expect(of(/^GET \/repos\/\{owner\}\/\{repo\}$/), said).toBeLessThanOrEqual(1 + connectsMax);
  expect(of(/^GET \/user$/), said).toBeLessThanOrEqual(meMax);
  expect(of(/^GET .*\/commits\/\{ref\}\/status$/), said).toBeLessThanOrEqual(looksAtChecksMax);
  expect(requests.length, said).toBeLessThanOrEqual(requestsMax);
}
