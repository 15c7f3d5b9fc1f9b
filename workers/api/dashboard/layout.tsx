import type { Child } from "hono/jsx";
import { visible } from "./plain-text.ts";
import { styleVersion } from "./style.ts";

/** How often a page with something running looks again. */
const refreshSeconds = 5;

/** What every page shows around its content. */
export interface Frame {
  /** Who is signed in; null on pages before sign-in. */
  person: string | null;
  /** Open questions in the inbox; null when that cannot be told now. */
  waiting: number | null;
  /** This page with updates switched the other way. */
  toggle: string;
  /** False when the reader asked the page to stand still (`?live=off`). */
  live: boolean;
}

interface PageProps {
  frame: Frame;
  title: string;
  /** Does this page show something that waits for a person? Then its title says so first. */
  needsYou?: boolean;
  /** Something moves: look again soon. Never on pages with text fields, whose text would be lost. */
  running?: boolean;
  here?: "home" | "inbox";
  children: Child;
}

export const Page = ({ frame, title, needsYou = false, running = false, here, children }: PageProps) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      {running && frame.live ? <meta http-equiv="refresh" content={String(refreshSeconds)} /> : null}
      <title>{`${needsYou ? "Needs you · " : ""}${title} · Tamma`}</title>
      <link rel="icon" href={icon} />
      <link rel="stylesheet" href={`/app/style.css?v=${styleVersion}`} />
    </head>
    <body>
      <a class="skip" href="#main">
        Skip to content
      </a>
      {frame.person === null ? null : <TopBar frame={frame} here={here} />}
      <main id="main">{children}</main>
      {running ? <LiveNote frame={frame} /> : null}
    </body>
  </html>
);

/** A plain square, so that browsers do not ask for /favicon.ico. */
const icon =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E" +
  "%3Crect width='16' height='16' rx='4' fill='%230b5cad'/%3E" +
  "%3Cpath d='M4 5h8M8 5v7' stroke='white' stroke-width='2'/%3E%3C/svg%3E";

const TopBar = ({ frame, here }: { frame: Frame; here: PageProps["here"] }) => (
  <header class="top">
    <div>
      <a class="brand" href="/app">
        tamma
      </a>
      <nav aria-label="Main">
        <a href="/app" aria-current={here === "home" ? "page" : undefined}>
          Home
        </a>
        <a href="/app/inbox" aria-current={here === "inbox" ? "page" : undefined}>
          Inbox
          {frame.waiting ? (
            <span class="count box needs">
              {frame.waiting}
              <span class="sr"> waiting for you</span>
            </span>
          ) : null}
        </a>
      </nav>
      <form method="post" action="/app/logout" class="row">
        <span class="sub">{frame.person}</span>
        <button type="submit" class="quiet">
          Sign out
        </button>
      </form>
    </div>
  </header>
);

/** Updates can be stopped by who reads slowly or listens (WCAG 2.2.1). */
const LiveNote = ({ frame }: { frame: Frame }) => (
  <footer class="foot">
    {frame.live ? (
      <>
        <span>This page looks again every {refreshSeconds} s.</span>
        <a href={frame.toggle}>Pause updates</a>
      </>
    ) : (
      <>
        <span>Updates are paused.</span>
        <a href={frame.toggle}>Go on</a>
      </>
    )}
  </footer>
);

export interface NoticeText {
  tone: "note" | "failure";
  title: string;
  detail: string;
  /** What the person had typed, given back so that nothing is lost; empty when nothing. */
  typed: string;
}

export const Notice = ({ notice }: { notice: NoticeText | null }) =>
  notice === null ? null : (
    <div
      class={`notice box ${notice.tone === "failure" ? "failure" : "accent"}`}
      role={notice.tone === "failure" ? "alert" : "status"}
    >
      <b>{visible(notice.title)}</b> <bdi>{visible(notice.detail)}</bdi>
      {notice.typed === "" ? null : (
        <>
          <p class="small">What you wrote:</p>
          <pre class="code" dir="auto">
            {visible(notice.typed)}
          </pre>
        </>
      )}
    </div>
  );

/** A titled part of a page. */
export const Section = (props: { title: string; side?: Child; children: Child; flush?: boolean }) => (
  <section class="card" aria-label={props.title}>
    <header>
      <h2>{props.title}</h2>
      {props.side ? <span class="sub">{props.side}</span> : null}
    </header>
    {props.flush ? props.children : <div class="body">{props.children}</div>}
  </section>
);
