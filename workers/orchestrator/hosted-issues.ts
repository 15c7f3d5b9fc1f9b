import { issueSnapshot } from "@tamma/core/domain/loop/issue-snapshot.ts";
import type { IssueSnapshot, RepositoryRef } from "@tamma/core/domain/loop/work.ts";
import type { IssueNow } from "@tamma/core/ports/platform-reading.ts";
import type { PlatformRepositories } from "@tamma/core/ports/platform-repository.ts";
import { type ParsedConfig, parseProjectConfig } from "@tamma/core/protocol/config-file.ts";
import { type Cipher, openJson, sealJson } from "./cipher.ts";

/** Issues of a platform as they were when somebody gave them to Tamma. */
export const hostedIssueTables = `
  CREATE TABLE taken_issues (
    number INTEGER PRIMARY KEY, key_id TEXT NOT NULL, snapshot BLOB NOT NULL)`;

const configFile = ".tamma.yml";

/** The issues of a repository that lives on a platform. */
export interface HostedIssues {
  /**
   * As it is now, or as `seen` a moment ago; kept for the loop that is to start. Null when there is none.
   * `config`: what `.tamma.yml` of the default branch says, or what is wrong with it; null without such a
   * file. @throws PlatformError
   */
  take(
    repository: RepositoryRef,
    number: number,
    seen?: IssueNow,
  ): Promise<{ issue: IssueNow; config: ParsedConfig | null } | null>;
  /** As it was taken: what was written later does not steer its loop. Null: it never was. */
  taken(number: number): IssueSnapshot | null;
}

export function hostedIssues(
  sql: SqlStorage,
  cipher: Cipher,
  repositories: PlatformRepositories,
): HostedIssues {
  const context = (number: number) => `taken issue ${number}`;
  return {
    take: async (repository, number, seen) => {
      const { reading } = await repositories.at(repository);
      const issue = seen ?? (await reading.issue(number));
      if (!issue) return null;
      const text = await reading.file(configFile, repository.defaultBranch);
      const config = text === null ? null : parseProjectConfig(text);
      const sealed = sealJson(cipher, issueSnapshot(issue), context(number));
      sql.exec("INSERT OR REPLACE INTO taken_issues VALUES (?, ?, ?)", number, cipher.keyId, sealed);
      return { issue, config };
    },
    taken: (number) => {
      const [row] = sql
        .exec<{ key_id: string; snapshot: ArrayBuffer }>(
          "SELECT key_id, snapshot FROM taken_issues WHERE number = ?",
          number,
        )
        .toArray();
      return row ? openJson<IssueSnapshot>(cipher, row.key_id, row.snapshot, context(number)) : null;
    },
  };
}
