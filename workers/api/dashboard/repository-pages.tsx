import type { Issue, LoopSummary, Repository } from "@tamma/core/protocol/rest.ts";
import { CommandForm, TextField } from "./form.tsx";
import { LoopRows } from "./home-page.tsx";
import { type Frame, Notice, type NoticeText, Page, Section } from "./layout.tsx";
import { issuePath, loopPath, repositoryPath } from "./links.ts";
import { visible } from "./plain-text.ts";
import { hasEnded } from "./status.tsx";
import { Time } from "./time.tsx";

interface RepositoryPageProps {
  frame: Frame;
  repository: Repository;
  issues: Issue[];
  loops: LoopSummary[];
  notice: NoticeText | null;
}

export const RepositoryPage = ({ frame, repository, issues, loops, notice }: RepositoryPageProps) => (
  <Page frame={frame} title={visible(repository.name)}>
    <div class="head">
      <h1>
        <bdi>{visible(repository.name)}</bdi>
      </h1>
      <p class="sub">
        <code>
          <bdi>{visible(repository.url)}</bdi>
        </code>
        , works on{" "}
        <code>
          <bdi>{visible(repository.defaultBranch)}</bdi>
        </code>
      </p>
    </div>
    <Notice notice={notice} />
    <Section title="Issues" side={`${issues.filter((issue) => issue.state === "open").length} open`} flush>
      {issues.length === 0 ? <p class="empty">No issues yet. Write the first one below.</p> : null}
      <ul class="rows">
        {issues.map((issue) => (
          <li>
            <span class="sub">{issue.state}</span>
            <a class="title grow" href={issuePath(repository.id, issue.number)}>
              #{issue.number} <bdi>{visible(issue.title)}</bdi>
            </a>
            <IssueAction repository={repository} issue={issue} loops={loops} />
          </li>
        ))}
      </ul>
    </Section>
    <Section title="Loops" flush>
      <LoopRows loops={loops} empty="No loop has run here yet." />
    </Section>
    <Section title="New issue">
      <CommandForm action={`${repositoryPath(repository.id)}/issues`} back="loop" label="New issue">
        <label class="field">
          <span>Title</span>
          <input type="text" name="title" required maxlength={300} />
        </label>
        <TextField label="What should be different, and how would one see it?" name="body" rows={6} />
        <button class="primary" type="submit">
          Create the issue
        </button>
      </CommandForm>
    </Section>
  </Page>
);

interface ActionProps {
  repository: Repository;
  issue: Issue;
  loops: LoopSummary[];
}

/** A way to start a loop, or to the one that runs. */
const IssueAction = ({ repository, issue, loops }: ActionProps) => {
  const loop = loops.find((candidate) => candidate.id === issue.loop);
  const active = loop !== undefined && !hasEnded(loop.word);
  if (active || (issue.loop !== null && issue.state === "closed"))
    return <a href={loopPath(issue.loop ?? "")}>{active ? `Loop: ${loop?.word}` : "Last loop"}</a>;
  if (issue.state === "closed") return null;
  return (
    <CommandForm
      action={`${issuePath(repository.id, issue.number)}/start`}
      back="loop"
      label={`Start a loop for #${issue.number}`}
    >
      <button type="submit">Start a loop</button>
    </CommandForm>
  );
};

export const IssuePage = (props: ActionProps & { frame: Frame; notice: NoticeText | null }) => {
  const { frame, repository, issue, notice } = props;
  return (
    <Page frame={frame} title={`Issue #${issue.number} ${visible(issue.title)}`}>
      <div class="head">
        <nav class="sub" aria-label="Breadcrumb">
          <a href={repositoryPath(repository.id)}>
            <bdi>{visible(repository.name)}</bdi>
          </a>{" "}
          / issue #{issue.number}
        </nav>
        <h1>
          <bdi>{visible(issue.title)}</bdi>
        </h1>
        <div class="meta">
          <span>
            {issue.state}, by <bdi>{visible(issue.author)}</bdi>
          </span>
          {issue.labels.map((label) => (
            <span class="tag box accent">
              <bdi>{visible(label)}</bdi>
            </span>
          ))}
          <IssueAction {...props} />
        </div>
      </div>
      <Notice notice={notice} />
      <Section title="Text">
        {issue.body.trim() === "" ? (
          <p class="muted">No text.</p>
        ) : (
          <pre class="text" dir="auto">
            {visible(issue.body)}
          </pre>
        )}
      </Section>
      {issue.comments.length === 0 ? null : (
        <Section title="Comments" flush>
          <ul class="rows">
            {issue.comments.map((comment) => (
              <li>
                <div class="grow">
                  <p class="sub">
                    <b>
                      <bdi>{visible(comment.author)}</bdi>
                    </b>
                    , <Time at={comment.at} />
                  </p>
                  <pre class="text" dir="auto">
                    {visible(comment.body)}
                  </pre>
                </div>
              </li>
            ))}
          </ul>
        </Section>
      )}
    </Page>
  );
};
