import { threadsPerRoundMax, turnsPerJobMax } from "../policy/limits.ts";
import { branchName } from "./branch-name.ts";
import { commitSubject } from "./commit-subject.ts";
import type { JobSpec, JobSpecOf } from "./jobs.ts";
import { mergeWords } from "./merge-words.ts";
import type { Facts, Job } from "./state.ts";

/** What a runner gets to do for the present job: derived from the facts, never stored twice. */
export function jobSpec(facts: Facts, job: Job): JobSpec {
  switch (job.kind) {
    case "survey": {
      const { issue, repository } = facts;
      return {
        kind: "survey",
        branch: repository.defaultBranch,
        issue: { title: issue.title, body: issue.body },
      };
    }
    case "open": {
      const { issue, repository } = facts;
      const message = `Start work on #${issue.number}: ${commitSubject(issue.title, "")}`;
      return { kind: "open", branch: branchName(facts), from: repository.defaultBranch, message };
    }
    case "develop":
      return develop(facts, job);
    case "verify":
      return verify(facts, job);
    case "publish":
      return publish(facts);
    case "rebase":
      return { kind: "rebase", patch: have(facts.patch, "patch"), onto: have(facts.rebaseOnto, "new base") };
    case "merge":
      return merge(facts);
    default:
      return job.kind satisfies never;
  }
}

function develop(facts: Facts, job: Job): JobSpecOf<"develop"> {
  const { issue, context, failure, lockedTests, instructions, patch, develops } = facts;
  const plan = have(facts.plan, "plan");
  const option = have(
    facts.design?.options.find((one) => one.id === facts.option),
    "chosen option",
  );
  const mode = job.purpose === "fix" || job.purpose === "address" ? job.purpose : "work";
  const open = facts.threads.filter((thread) => thread.reply === null).slice(0, threadsPerRoundMax);
  return {
    kind: "develop",
    base: have(facts.base, "base"),
    patch,
    issue: {
      number: issue.number,
      title: issue.title,
      body: issue.body,
      author: issue.author,
      mayWrite: issue.mayWrite,
    },
    context,
    plan,
    option,
    clarifications: facts.clarifications
      .filter((one) => one.answer !== null)
      .map(({ question, answer, suggested }) => ({ question, answer: answer ?? "", suggested })),
    instructions,
    mode,
    evidence: failure,
    threads:
      mode === "address"
        ? open.map(({ id, author, person, path, line, text }) => ({ id, author, person, path, line, text }))
        : [],
    lockedTests,
    attempt: Math.max(1, develops),
    turnsMax: turnsPerJobMax,
  };
}

function verify(facts: Facts, job: Job): JobSpecOf<"verify"> {
  const { lockedTests, settings, plan } = facts;
  const rest = { lockedTests, needsTests: plan?.needsTests ?? true, protectedPaths: settings.protectedPaths };
  const base = have(facts.base, "base");
  if (job.purpose === "ci")
    return { kind: "verify", base, patch: null, head: have(facts.head, "head"), parts: ["ci"], ...rest };
  const parts: JobSpecOf<"verify">["parts"] = ["red", "build", "green", "test", "scan"];
  if (job.purpose === "take-over") {
    // Tests that were never pushed are not missing from somebody else's head.
    const locked = facts.testsPublished ? lockedTests : [];
    return {
      kind: "verify",
      base,
      patch: null,
      head: have(facts.head, "head"),
      parts,
      ...rest,
      lockedTests: locked,
    };
  }
  return { kind: "verify", base, patch: have(facts.patch, "patch"), head: null, parts, ...rest };
}

function publish(facts: Facts): JobSpecOf<"publish"> {
  const patch = have(facts.patch, "patch");
  const { issue, branchBase, base } = facts;
  const subject = commitSubject(patch.commits.at(-1)?.message ?? "", issue.title);
  return {
    kind: "publish",
    branch: have(facts.branch, "branch"),
    expectedHead: have(facts.head, "head"),
    patch,
    secondParent: base !== branchBase ? base : null,
    message: `${subject}\n\nFor #${issue.number}.`,
  };
}

function merge(facts: Facts): JobSpecOf<"merge"> {
  const { repository, settings } = facts;
  const { title, message } = mergeWords(facts);
  return {
    kind: "merge",
    branch: have(facts.branch, "branch"),
    head: have(facts.head, "head"),
    into: repository.defaultBranch,
    expectedBase: have(facts.base, "base"),
    method: settings.mergeMethod,
    message: `${title}\n\n${message}`,
  };
}

/** A job is queued only when what it needs is established; anything else is a fault of ours. */
function have<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new Error(`a job was queued without its ${what}`);
  return value;
}
