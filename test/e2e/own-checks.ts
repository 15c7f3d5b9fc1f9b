import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sampleScript } from "../../server/sample/sample-script.ts";
import type { Script } from "../../server/sample/script.ts";

/** A check by Gitea's own CI that the first change does not pass, and an engineer who reads its log. */

const notes = "NOTES.md";

/** The sample's engineer, who leaves something to do at first; only the CI of the project minds. */
export function carelessScript(): Script {
  const [issue, ...rest] = sampleScript.issues;
  if (!issue) throw new Error("the sample's script has no issue");
  const develop = Object.fromEntries(
    Object.entries(issue.develop).map(([option, { attempts, address }]) => {
      const [first] = attempts;
      if (!first) throw new Error(`option ${option} has no attempt`);
      const careless = { ...first, green: [...first.green, { path: notes, content: "TODO: say why.\n" }] };
      const mended = { ...first, fix: [{ path: notes, content: "Half a cent is rounded up.\n" }] };
      return [option, { attempts: [careless, mended], address }];
    }),
  );
  return { ...sampleScript, issues: [{ ...issue, develop }, ...rest] };
}

/** Writes the workflow of that check into a project. Nothing of another server is used. */
export function writeCheck(folder: string, label: string): void {
  mkdirSync(join(folder, ".gitea/workflows"), { recursive: true });
  writeFileSync(join(folder, ".gitea/workflows/check.yml"), workflow(label));
}

const workflow = (label: string) => `name: check
on:
  push:
    branches: ["tamma/**"]
jobs:
  notes:
    runs-on: ${label}
    steps:
      - env:
          TOKEN: \${{ github.token }}
        run: |
          git init --quiet code
          cd code
          git fetch --quiet --depth 1 \\
            "$(echo "$GITHUB_SERVER_URL" | sed "s#://#://x:$TOKEN@#")/$GITHUB_REPOSITORY.git" "$GITHUB_SHA"
          git checkout --quiet FETCH_HEAD
          node --test
          if [ -f ${notes} ] && grep -n TODO ${notes}; then
            echo "${notes}:1: error: nothing may be left to do"
            exit 1
          fi
`;
