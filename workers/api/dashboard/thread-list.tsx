import type { Thread } from "@tamma/core/domain/loop/state.ts";
import { visible } from "./plain-text.ts";

/** Threads of the pull request, open ones in words, not by colour. */
export const ThreadList = ({ threads }: { threads: Thread[] }) => (
  <ul class="rows threads">
    {threads.map((thread) => (
      <li>
        <div class="grow">
          <p class="sub">
            <b>
              <bdi>{visible(thread.author)}</bdi>
            </b>
            {thread.path === null ? "" : " on "}
            {thread.path === null ? null : (
              <code>
                <bdi>{visible(thread.path)}</bdi>
                {thread.line > 0 ? `:${thread.line}` : ""}
              </code>
            )}
            {thread.reply === null ? " · open" : " · answered"}
          </p>
          <pre class="text" dir="auto">
            {visible(thread.text)}
          </pre>
          {thread.reply === null ? null : (
            <p class="reply">
              <span class="sub">Tamma:</span> <bdi>{visible(thread.reply)}</bdi>
            </p>
          )}
        </div>
      </li>
    ))}
  </ul>
);
