import type { LoopView } from "@tamma/core/domain/loop/view.ts";
import type { InboxItem } from "@tamma/core/protocol/rest.ts";
import { OpenQuestion } from "./ask.tsx";
import { type Frame, Notice, type NoticeText, Page, Section } from "./layout.tsx";
import { loopPath } from "./links.ts";
import { visible } from "./plain-text.ts";
import { LoopStatus } from "./status.tsx";
import { Time } from "./time.tsx";

interface InboxPageProps {
  frame: Frame;
  /** Questions shown with their forms; those that were answered meanwhile have no `ask` any more. */
  open: { item: InboxItem; view: LoopView }[];
  /** Further ones, as links: a page of a hundred forms helps nobody. */
  more: InboxItem[];
  notice: NoticeText | null;
}

/** All that waits for a person, answered in place. */
export const InboxPage = ({ frame, open, more, notice }: InboxPageProps) => {
  const total = open.length + more.length;
  return (
    <Page frame={frame} title="Inbox" needsYou={total > 0} running={total === 0} here="inbox">
      <h1>Inbox</h1>
      <Notice notice={notice} />
      {total === 0 ? <p class="card empty">Nothing waits for you.</p> : null}
      {open.map(({ item, view }) => (
        <article class="stack-tight" aria-label={`#${item.issue} ${visible(item.title)}`}>
          <ItemHead item={item} />
          {view.ask === null ? (
            <p class="card empty">Answered meanwhile.</p>
          ) : (
            <OpenQuestion view={view} back="inbox" />
          )}
        </article>
      ))}
      {more.length === 0 ? null : (
        <Section title="More questions" flush>
          <ul class="rows">
            {more.map((item) => (
              <li>
                <div class="grow">
                  <ItemHead item={item} />
                  <p class="small">
                    <bdi>{visible(item.question)}</bdi>
                  </p>
                </div>
              </li>
            ))}
          </ul>
        </Section>
      )}
    </Page>
  );
};

const ItemHead = ({ item }: { item: InboxItem }) => (
  <div class="meta">
    <LoopStatus word={item.kind === "escalation" ? "escalated" : "needs you"} />
    <a class="title" href={loopPath(item.loop)}>
      #{item.issue} <bdi>{visible(item.title)}</bdi>
    </a>
    <span>
      <bdi>{visible(item.repositoryName)}</bdi> · asked <Time at={item.since} short />
    </span>
  </div>
);
