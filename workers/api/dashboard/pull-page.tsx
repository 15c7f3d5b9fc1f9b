import type { LoopView } from "@tamma/core/domain/loop/view.ts";
import { count } from "./amounts.ts";
import { DiffView } from "./diff-view.tsx";
import { CommandForm, TextField } from "./form.tsx";
import { type Frame, Notice, type NoticeText, Page, Section } from "./layout.tsx";
import { loopPath } from "./links.ts";
import { LoopHead } from "./loop-page.tsx";
import { visible } from "./plain-text.ts";
import { RiskList } from "./proposal-view.tsx";
import { hasEnded } from "./status.tsx";
import { ThreadList } from "./thread-list.tsx";
import { type DiffFile, parseDiff } from "./unified-diff.ts";

interface PullPageProps {
  frame: Frame;
  view: LoopView;
  diff: string;
  label: string | null;
  notice: NoticeText | null;
  /** The file that the comment form starts with; "" for the change as a whole. */
  file: string;
}

/** The pull request as Tamma keeps it: what changes, what was said about it, and a way to say more. */
export const PullPage = ({ frame, view, diff, label, notice, file }: PullPageProps) => {
  const files = parseDiff(diff);
  const raw = loopPath(view.id, "diff.patch");
  return (
    <Page
      frame={frame}
      title={`Change of #${view.issue.number} ${visible(view.issue.title)}`}
      needsYou={view.ask !== null}
    >
      <LoopHead view={view} label={label} here="pull" />
      <Notice notice={notice} />
      {view.ask === null ? null : (
        <div class="notice box needs">
          <b>This loop waits for you.</b> <a href={loopPath(view.id)}>See the question</a>
        </div>
      )}
      {view.risk.length > 0 ? <RiskList risk={view.risk} reserved={[]} /> : null}
      <DiffHead files={files} raw={raw} />
      <DiffView files={files} raw={raw} />
      {view.threads.length > 0 ? (
        <Section title="Threads" flush>
          <ThreadList threads={view.threads} />
        </Section>
      ) : null}
      {hasEnded(view.word) || view.pullRequest === null ? null : (
        <CommentForm view={view} files={files} file={file} />
      )}
    </Page>
  );
};

const DiffHead = ({ files, raw }: { files: DiffFile[]; raw: string }) => {
  const sum = (of: (file: DiffFile) => number) => files.reduce((total, file) => total + of(file), 0);
  if (files.length === 0) return <p class="muted">There is no change yet.</p>;
  return (
    <p class="meta">
      <b>{count(files.length, "file")}</b>
      <span>
        {count(
          sum((file) => file.added),
          "line",
        )}{" "}
        added
      </span>
      <span>
        {count(
          sum((file) => file.removed),
          "line",
        )}{" "}
        removed
      </span>
      <a href={raw}>Diff as text</a>
    </p>
  );
};

const CommentForm = ({ view, files, file }: { view: LoopView; files: DiffFile[]; file: string }) => (
  <section class="card" id="comment" aria-label="Comment">
    <header>
      <h2>Comment</h2>
      <span class="sub">Opens a thread. The loop answers it with a change or a reason.</span>
    </header>
    <div class="body">
      <CommandForm action={loopPath(view.id, "comments")} back="pull" label="Comment on the change">
        <div class="pc">
          <label class="field">
            <span>File</span>
            <select name="path">
              <option value="">The change as a whole</option>
              {files.map(({ path }) => (
                <option value={path} selected={path === file}>
                  {visible(path)}
                </option>
              ))}
            </select>
          </label>
          <label class="field">
            <span>Line in the new file</span> <span class="sub">0 for the file as a whole</span>
            <input type="number" name="line" min="0" value="0" inputmode="numeric" />
          </label>
        </div>
        <TextField label="Comment" name="text" required />
        <button class="primary" type="submit">
          Comment
        </button>
      </CommandForm>
    </div>
  </section>
);
