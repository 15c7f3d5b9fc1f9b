import type { PlatformRepository } from "../../ports/platform-repository.ts";
import { capabilitiesOf } from "./capabilities.ts";
import { giteaCiHost } from "./ci-host.ts";
import { giteaCiRuns } from "./ci-runs.ts";
import { giteaCodeHost } from "./code-host.ts";
import { connect, type GiteaOptions } from "./connection.ts";
import { giteaIssueTracker } from "./issue-tracker.ts";
import { giteaComments } from "./keyed-comments.ts";
import { giteaReading } from "./reading.ts";
import { giteaSetup } from "./setup.ts";

/**
 * One repository on a Gitea of version 1.22 or later. What it can do follows from its version, which is asked
 * here.
 *
 * @throws PlatformError for a server that cannot be reached, that is too old, or that refuses the token
 */
export async function giteaRepository(options: GiteaOptions): Promise<PlatformRepository> {
  const connection = await connect(options);
  // Issues and pull requests are counted together, so their conversations are, too.
  const putComment = giteaComments(connection);
  return {
    capabilities: capabilitiesOf(connection.version, connection.can, connection.pageSize),
    codeHost: giteaCodeHost(connection, putComment),
    issues: giteaIssueTracker(connection, putComment),
    ci: giteaCiHost(connection),
    reading: giteaReading(connection),
    runs: giteaCiRuns(connection),
    setup: giteaSetup(connection),
    // Gitea has no tokens for one repository or one right.
    gitAccess: async () => {
      const { login: username } = await connection.me();
      return { username, password: options.token, expiresAt: null };
    },
  };
}
