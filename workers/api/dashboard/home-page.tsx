import { issuePipeline, type StepName, stepNumber } from "@tamma/core/domain/loop/pipeline.ts";
import type {
  Health as HealthReport,
  InboxItem,
  LoopList,
  LoopSummary,
  Repository,
} from "@tamma/core/protocol/rest.ts";
import { count, renderMoney } from "./amounts.ts";
import { type Frame, Notice, Page, Section } from "./layout.tsx";
import { issuePath, loopPath, repositoryPath } from "./links.ts";
import { visible } from "./plain-text.ts";
import { hasEnded, LoopStatus } from "./status.tsx";
import { Time } from "./time.tsx";

/** So many ended loops are shown; older ones are found through their repository. */
const recentMax = 10;

interface HomePageProps {
  frame: Frame;
  /** Parts that cannot be told now are null: one missing part never takes the page with it. */
  inbox: InboxItem[] | null;
  list: LoopList | null;
  repositories: Repository[] | null;
  health: HealthReport;
  provider: { name: string; label: string | null } | null;
}

export const HomePage = ({ frame, inbox, list, repositories, health, provider }: HomePageProps) => {
  const waiting = inbox ?? [];
  const asks = new Set(waiting.map((item) => item.loop));
  const loops = list?.loops ?? [];
  const running = loops.filter((loop) => !hasEnded(loop.word) && !asks.has(loop.id));
  const recent = loops.filter((loop) => hasEnded(loop.word)).slice(0, recentMax);
  return (
    <Page
      frame={frame}
      title={waiting.length > 0 ? `${waiting.length} waiting` : "Home"}
      needsYou={waiting.length > 0}
      running={running.length > 0 || (list?.queued.length ?? 0) > 0}
      here="home"
    >
      <h1>{headline(waiting.length, running.length)}</h1>
      <Degraded inbox={inbox} list={list} />
      {waiting.length > 0 ? <NeedsYou items={waiting} /> : null}
      <Section title="Running" side={running.length > 0 ? count(running.length, "loop") : undefined} flush>
        <LoopRows loops={running} empty="Nothing is running. Start a loop from an issue of a repository." />
      </Section>
      {list && list.queued.length > 0 ? <Queued queued={list.queued} /> : null}
      <Section title="Recent" flush>
        <LoopRows loops={recent} empty="No loop has ended yet." />
      </Section>
      <Repositories repositories={repositories} />
      <Health health={health} provider={provider} />
    </Page>
  );
};

function headline(waiting: number, running: number): string {
  if (waiting > 0) return `${count(waiting, "decision")} ${waiting === 1 ? "waits" : "wait"} for you`;
  return running > 0 ? `${count(running, "loop")} at work, nothing waits for you` : "Nothing waits for you";
}

const Degraded = ({ inbox, list }: { inbox: InboxItem[] | null; list: LoopList | null }) =>
  inbox !== null && list !== null && !list.degraded ? null : (
    <Notice
      notice={{
        tone: "failure",
        title: "Some of this cannot be read now.",
        detail: "Loops go on; only those in flight may be listed here.",
        typed: "",
      }}
    />
  );

const NeedsYou = ({ items }: { items: InboxItem[] }) => (
  <section class="ask" aria-label="Needs you">
    <header>
      <h2>Needs you</h2>
    </header>
    <ul class="rows">
      {items.map((item) => (
        <li>
          <LoopStatus word={item.kind === "escalation" ? "escalated" : "needs you"} plain />
          <div class="grow">
            <a class="title" href={loopPath(item.loop)}>
              #{item.issue} <bdi>{visible(item.title)}</bdi>
            </a>
            <p class="small">
              <bdi>{visible(item.question)}</bdi>
            </p>
            <p class="sub">
              <bdi>{visible(item.repositoryName)}</bdi> · asked <Time at={item.since} short />
            </p>
          </div>
          <a class="button" href={loopPath(item.loop)} aria-label={`Answer #${item.issue}`}>
            Answer
          </a>
        </li>
      ))}
    </ul>
  </section>
);

/** Loops as rows that wrap on small screens. */
export const LoopRows = ({ loops, empty }: { loops: LoopSummary[]; empty: string }) =>
  loops.length === 0 ? (
    <p class="empty">{empty}</p>
  ) : (
    <ul class="rows">
      {loops.map((loop) => (
        <li>
          <LoopStatus word={loop.word} plain />
          <div class="grow">
            <a class="title" href={loopPath(loop.id)}>
              #{loop.issue} <bdi>{visible(loop.title)}</bdi>
            </a>
            <p class="sub">
              <bdi>{visible(loop.repositoryName)}</bdi> · {stepWords(loop)}
            </p>
          </div>
          <span class="sub">
            {renderMoney(loop.costMicroUsd)} · <Time at={loop.updatedAt} short />
          </span>
        </li>
      ))}
    </ul>
  );

function stepWords(loop: LoopSummary): string {
  const n = stepNumber(loop.step as StepName);
  return n > 0
    ? `step ${n} of ${issuePipeline.length}, ${issuePipeline[n - 1]?.title ?? loop.step}`
    : loop.step;
}

const Queued = ({ queued }: { queued: LoopList["queued"] }) => (
  <Section title="Queued" side="wait for a slot" flush>
    <ul class="rows">
      {queued.map((item, index) => (
        <li>
          <LoopStatus word="waiting for a slot" plain />
          <a class="title grow" href={issuePath(item.repository, item.issue)}>
            #{item.issue} <bdi>{visible(item.title)}</bdi>
          </a>
          <span class="sub">place {index + 1}</span>
        </li>
      ))}
    </ul>
  </Section>
);

const Repositories = ({ repositories }: { repositories: Repository[] | null }) => (
  <Section title="Repositories" flush>
    {repositories === null || repositories.length === 0 ? (
      <p class="empty">
        {repositories === null ? "They cannot be listed now." : "None yet. Add one: tamma repos add PATH"}
      </p>
    ) : (
      <ul class="rows">
        {repositories.map((repository) => (
          <li>
            <a class="title grow" href={repositoryPath(repository.id)}>
              <bdi>{visible(repository.name)}</bdi>
            </a>
            <span class="sub mono">
              <bdi>{visible(repository.defaultBranch)}</bdi>
            </span>
          </li>
        ))}
      </ul>
    )}
  </Section>
);

const Health = ({ health, provider }: Pick<HomePageProps, "health" | "provider">) => (
  <Section
    title="Health"
    side={
      <span class={health.status === "ok" ? "success" : "failure"}>
        {health.status === "ok" ? "all well" : health.status}
      </span>
    }
  >
    <dl class="facts">
      {provider === null ? null : (
        <>
          <dt>Provider</dt>
          <dd>
            {provider.name}
            {provider.label === null ? "" : `; ${provider.label}`}
          </dd>
        </>
      )}
      {Object.entries(health.parts).map(([part, state]) => (
        <>
          <dt>{part}</dt>
          <dd>
            <bdi>{visible(state)}</bdi>
          </dd>
        </>
      ))}
    </dl>
  </Section>
);
