import { issuePipeline, stepNumber } from "@tamma/core/domain/loop/pipeline.ts";
import type { LoopView } from "@tamma/core/domain/loop/view.ts";
import { retriesMax } from "@tamma/core/domain/policy/limits.ts";
import type { EventLine } from "@tamma/core/protocol/rest.ts";
import { renderMoney } from "./amounts.ts";
import { OpenQuestion } from "./ask.tsx";
import { DesignSection } from "./design-view.tsx";
import { EventTable } from "./event-table.tsx";
import { type Frame, Notice, type NoticeText, Page, Section } from "./layout.tsx";
import { issuePath, logPath, loopPath, repositoryPath, webUrl } from "./links.ts";
import { LoopControls } from "./loop-controls.tsx";
import { visible } from "./plain-text.ts";
import { ProofSection } from "./proof-section.tsx";
import { PlanSection, RiskList } from "./proposal-view.tsx";
import { Rail } from "./rail.tsx";
import { hasEnded, LoopStatus } from "./status.tsx";
import { ThreadList } from "./thread-list.tsx";
import { Time } from "./time.tsx";

interface LoopPageProps {
  frame: Frame;
  view: LoopView;
  /** The newest first; null when they cannot be read now. */
  events: EventLine[] | null;
  /** What the provider says about itself ("scripted by hand, no model was called"); null when nothing. */
  label: string | null;
  notice: NoticeText | null;
}

/** One loop: the open question on top, all steps beside what is known, raw text one click away. */
export const LoopPage = ({ frame, view, events, label, notice }: LoopPageProps) => {
  // The design's options stand in the question while one has to be chosen.
  const choosing = view.ask?.kind === "checkpoint" && view.ask.checkpoint.kind === "design";
  return (
    <Page
      frame={frame}
      title={`#${view.issue.number} ${visible(view.issue.title)}`}
      needsYou={view.ask !== null}
      running={view.ask === null && !hasEnded(view.word)}
    >
      <LoopHead view={view} label={label} />
      <Notice notice={notice} />
      <OpenQuestion view={view} back="loop" />
      <div class="cols">
        <Rail view={view} />
        <div class="stack">
          <Summary view={view} label={label} />
          {view.risk.length > 0 && view.ask?.kind !== "checkpoint" ? (
            <Section title="Risk of the change">
              <RiskList risk={view.risk} reserved={[]} />
            </Section>
          ) : null}
          {view.plan ? <PlanSection plan={view.plan} /> : null}
          {view.design && !choosing ? <DesignSection design={view.design} chosen={view.option} /> : null}
          {view.proofs.length > 0 ? <ProofSection view={view} /> : null}
          {view.threads.length > 0 ? (
            <Section title="Threads" side={<a href={loopPath(view.id, "pull")}>pull request</a>} flush>
              <ThreadList threads={view.threads} />
            </Section>
          ) : null}
          <Section
            title="Newest events"
            side={<a href={loopPath(view.id, "events")}>all {view.seq}</a>}
            flush
          >
            {events === null ? (
              <p class="empty">The events cannot be read now.</p>
            ) : (
              <EventTable loop={view.id} events={events} />
            )}
          </Section>
        </div>
      </div>
    </Page>
  );
};

/** Where we are: names, state, step, cost, and the ways to the other pages of the loop. */
export const LoopHead = ({ view, label, here }: { view: LoopView; label: string | null; here?: "pull" }) => (
  <div class="head">
    <nav class="sub" aria-label="Breadcrumb">
      <a href={repositoryPath(view.repository.id)}>
        <bdi>{visible(view.repository.name)}</bdi>
      </a>{" "}
      / <a href={issuePath(view.repository.id, view.issue.number)}>issue #{view.issue.number}</a> /{" "}
      {here ? <a href={loopPath(view.id)}>loop</a> : "loop"}
    </nav>
    <h1>
      <bdi>{visible(view.issue.title)}</bdi>
    </h1>
    <div class="meta">
      <LoopStatus word={view.word} />
      <span>
        Step <b>{stepNumber(view.step)}</b> of {issuePipeline.length}, {titleOf(view)}
      </span>
      <span>
        <b>{renderMoney(view.budget.spent)}</b> of {renderMoney(view.budget.max)}
      </span>
      {label !== null ? <span>{label}</span> : null}
      {view.startedAt === null ? null : (
        <span>
          Started <Time at={view.startedAt} short />
        </span>
      )}
    </div>
    {view.reason === null ? null : (
      <p>
        <bdi>{visible(view.reason)}</bdi>
      </p>
    )}
  </div>
);

function titleOf(view: LoopView): string {
  return view.steps.find((step) => step.name === view.step)?.title ?? view.step;
}

const Summary = ({ view, label }: { view: LoopView; label: string | null }) => (
  <Section title="Summary">
    <div class="stack">
      {hasEnded(view.word) ? null : <LoopControls view={view} />}
      <dl class="facts">
        <dt>Pull request</dt>
        <dd>
          <PullRequest view={view} />
        </dd>
        <dt>Branch</dt>
        <dd>
          {view.branch === null ? (
            "not yet"
          ) : (
            <>
              <code>
                <bdi>{visible(view.branch)}</bdi>
              </code>
              {view.head ? <code class="muted"> at {view.head.slice(0, 10)}</code> : null}
            </>
          )}
        </dd>
        {view.mergeSha === null ? null : (
          <>
            <dt>Merged as</dt>
            <dd>
              <code>{view.mergeSha.slice(0, 10)}</code>
            </dd>
          </>
        )}
        <dt>Job</dt>
        <dd>
          <JobLine view={view} />
        </dd>
        <dt>Attempts</dt>
        <dd>{attemptsLine(view.attempts)}</dd>
        <dt>Cost</dt>
        <dd>
          {renderMoney(view.budget.spent)} of {renderMoney(view.budget.max)} in {view.budget.turns} turns
          {label === null ? "" : `; ${label}`}
        </dd>
        <dt>Rules</dt>
        <dd>
          {view.level}, requested by <bdi>{visible(view.requester)}</bdi>
        </dd>
      </dl>
    </div>
  </Section>
);

const PullRequest = ({ view }: { view: LoopView }) => {
  if (view.pullRequest === null) return <>not yet</>;
  const { number, draft, url } = view.pullRequest;
  const outside = webUrl(url);
  return (
    <>
      <a href={loopPath(view.id, "pull")}>
        #{number}
        {draft ? " (draft)" : ""}, read the change
      </a>
      {outside === null ? null : (
        <>
          {" · "}
          <a href={outside} rel="noreferrer">
            on the platform
          </a>
        </>
      )}
    </>
  );
};

const JobLine = ({ view: { id, job } }: { view: LoopView }) => (
  <>
    {job === null ? "none now" : `${job.kind} (${job.purpose}), `}
    {job === null ? "" : job.runner === null ? "waiting for a runner" : `on ${visible(job.runner)}`}
    {" · "}
    <a href={logPath(id, job?.id ?? null)}>{job === null ? "last log" : "log"}</a>
  </>
);

/** Failed attempts by gate, against what is allowed before a person is called. */
function attemptsLine(attempts: Record<string, number>): string {
  const failed = Object.entries(attempts).filter(([, n]) => n > 0);
  if (failed.length === 0) return "no gate has failed";
  return failed.map(([gate, n]) => `${gate}: ${n} of ${1 + retriesMax} failed`).join(", ");
}
