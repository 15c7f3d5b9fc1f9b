import { count } from "./amounts.ts";
import { visible } from "./plain-text.ts";
import { ScrollBox } from "./scroll-box.tsx";
import type { DiffFile, DiffLine } from "./unified-diff.ts";

/** More changed lines than that are folded: who reviews should first see what there is. */
const openLinesMax = 300;
/** Lines of a whole page; the rest is one click away as plain text. Browsers get slow on more. */
const pageLinesMax = 6_000;

const statusWords = { added: "new file", deleted: "deleted", modified: "" } as const;
const signs = { added: "+", removed: "\u2212", context: " ", note: " " } as const;
const rowClasses = { added: "a", removed: "r", context: undefined, note: undefined } as const;

/** Every file of a change, with line numbers and signs; `raw` leads to the diff as text. */
export const DiffView = ({ files, raw }: { files: DiffFile[]; raw: string }) => {
  let linesLeft = pageLinesMax;
  return (
    <div class="stack">
      {files.map((file) => {
        const lines = file.hunks.reduce((sum, hunk) => sum + hunk.lines.length, 0);
        const fits = lines <= linesLeft;
        if (fits) linesLeft -= lines;
        return <FileView file={file} open={lines <= openLinesMax} raw={fits ? null : raw} />;
      })}
    </div>
  );
};

const FileView = ({ file, open, raw }: { file: DiffFile; open: boolean; raw: string | null }) => (
  <details class="card file" open={open && raw === null}>
    <summary>
      <code>
        <bdi>{visible(file.path)}</bdi>
      </code>
      {statusWords[file.status] === "" ? null : (
        <span class="tag box accent">{statusWords[file.status]}</span>
      )}
      {file.mode === null ? null : <span class="tag box needs">mode {file.mode}</span>}
      <span class="sub">
        <span class="success">+{file.added}</span> <span class="failure">{`\u2212${file.removed}`}</span>
        <span class="sr">
          {" "}
          {count(file.added, "line")} added, {file.removed} removed
        </span>
      </span>
      <a class="sub" href={`?file=${encodeURIComponent(file.path)}#comment`}>
        Comment
      </a>
    </summary>
    {raw !== null ? (
      <p class="empty">
        Too much for this page. <a href={raw}>Read the whole diff as text</a>
      </p>
    ) : (
      <FileBody file={file} />
    )}
  </details>
);

const FileBody = ({ file }: { file: DiffFile }) => {
  if (file.binary) return <p class="empty">A binary file; its content cannot be shown as lines.</p>;
  if (file.hunks.length === 0) return <p class="empty">No line changes.</p>;
  return (
    <ScrollBox label={`Changes of ${visible(file.path)}`}>
      <table class="diff">
        <tbody>
          {file.hunks.map((hunk) => (
            <>
              <tr class="h">
                <td colspan={4}>{visible(hunk.header)}</td>
              </tr>
              {hunk.lines.map((line) => (
                <Line line={line} />
              ))}
            </>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
};

const Line = ({ line }: { line: DiffLine }) => (
  <tr class={rowClasses[line.kind]}>
    <td>{line.before}</td>
    <td>{line.after}</td>
    <td>{signs[line.kind]}</td>
    <td>{visible(line.text)}</td>
  </tr>
);
