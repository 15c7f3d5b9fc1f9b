import type { LoopView } from "@tamma/core/domain/loop/view.ts";
import type { ChainReport, EventLine } from "@tamma/core/protocol/rest.ts";
import { count } from "./amounts.ts";
import { EventTable } from "./event-table.tsx";
import { type Frame, Notice, type NoticeText, Page, Section } from "./layout.tsx";
import { eventPath, loopPath } from "./links.ts";
import { tail, visible } from "./plain-text.ts";
import { CodeBox } from "./scroll-box.tsx";
import { hasEnded } from "./status.tsx";
import { Time } from "./time.tsx";

/** So much of a log is shown; the whole is one click away as text. */
const logCharsMax = 120_000;

const Trail = ({ loop, title, children }: { loop: string; title: string; children: string }) => (
  <div class="head">
    <nav class="sub" aria-label="Breadcrumb">
      <a href={loopPath(loop)}>
        <bdi>{visible(title)}</bdi>
      </a>{" "}
      / {children}
    </nav>
    <h1>{children}</h1>
  </div>
);

interface TimelineProps {
  frame: Frame;
  view: LoopView;
  /** Newest first. */
  events: EventLine[];
  /** `before` of the pages around this one; null where there is none. */
  older: number | null;
  newer: number | null;
  chain: ChainReport | null;
}

export const TimelinePage = ({ frame, view, events, older, newer, chain }: TimelineProps) => {
  const path = loopPath(view.id, "events");
  return (
    <Page frame={frame} title={`Events of #${view.issue.number}`} needsYou={view.ask !== null}>
      <Trail loop={view.id} title={view.issue.title}>
        Events
      </Trail>
      <Notice notice={chain && chainNotice(chain)} />
      <Section
        title={count(view.seq, "event")}
        side={<a href={`${path}?verify=1`}>Verify the chain of hashes</a>}
        flush
      >
        <EventTable loop={view.id} events={events} />
      </Section>
      <nav class="row" aria-label="Pages">
        {newer === null ? null : (
          <a class="button" href={`${path}?before=${newer}`} rel="prev">
            Newer
          </a>
        )}
        {older === null ? null : (
          <a class="button" href={`${path}?before=${older}`} rel="next">
            Older
          </a>
        )}
      </nav>
    </Page>
  );
};

function chainNotice(chain: ChainReport): NoticeText {
  if (chain.ok)
    return {
      tone: "note",
      title: "The chain holds.",
      detail: `${count(chain.events, "event")}, newest hash ${chain.head.slice(0, 16)}.`,
      typed: "",
    };
  return {
    tone: "failure",
    title: `The chain is broken at event ${chain.brokenAt ?? "?"}.`,
    detail: chain.problem ?? "",
    typed: "",
  };
}

export const EventPage = ({ frame, view, event }: { frame: Frame; view: LoopView; event: EventLine }) => (
  <Page frame={frame} title={`Event ${event.seq} of #${view.issue.number}`} needsYou={view.ask !== null}>
    <Trail loop={view.id} title={view.issue.title}>{`Event ${event.seq}, ${event.type}`}</Trail>
    <p>
      <bdi>{visible(event.line)}</bdi>
    </p>
    <dl class="facts">
      <dt>When</dt>
      <dd>
        <Time at={event.at} />
      </dd>
      <dt>Who</dt>
      <dd>
        <bdi>{visible(event.actor)}</bdi>
      </dd>
      <dt>Hash</dt>
      <dd>
        <code>{event.hash}</code>
      </dd>
    </dl>
    <CodeBox label="Payload" text={JSON.stringify(event.payload, null, 2)} />
    <nav class="row" aria-label="Events around">
      {event.seq > 1 ? (
        <a class="button" href={eventPath(view.id, event.seq - 1)}>
          Event {event.seq - 1}
        </a>
      ) : null}
      {event.seq < view.seq ? (
        <a class="button" href={eventPath(view.id, event.seq + 1)}>
          Event {event.seq + 1}
        </a>
      ) : null}
    </nav>
  </Page>
);

/** A job's log. It follows the job while that runs. */
export const LogPage = (props: { frame: Frame; view: LoopView; log: string; raw: string }) => {
  const { view } = props;
  const shown = tail(props.log, logCharsMax);
  return (
    <Page
      frame={props.frame}
      title={`Log of #${view.issue.number}`}
      needsYou={view.ask !== null}
      running={view.ask === null && !hasEnded(view.word)}
    >
      <Trail loop={view.id} title={view.issue.title}>
        Log
      </Trail>
      <p class="sub">
        {shown.cut ? `The last ${logCharsMax} characters. ` : ""}
        <a href={props.raw}>Whole log as text</a>
      </p>
      {shown.text.trim() === "" ? (
        <p class="empty card">Nothing was written yet.</p>
      ) : (
        <CodeBox label="Log" text={shown.text} end />
      )}
    </Page>
  );
};
