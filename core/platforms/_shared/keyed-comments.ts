import { PlatformError } from "../../ports/platform.ts";

/** A comment of ours as it stands on the platform; `text` with its marker. */
export interface KeyedComment {
  readonly id: string;
  readonly text: string;
}

/** How one platform's comments are found, posted and replaced. Each may throw PlatformError. */
export interface CommentCalls {
  /** Ours with this key in the conversation, or null. */
  find(number: number, key: string): Promise<KeyedComment | null>;
  /** Posts a comment and answers its id. */
  post(number: number, text: string): Promise<string>;
  /** @throws PlatformError `not-found` when somebody deleted it */
  replace(id: string, text: string): Promise<void>;
}

/** `number` names the conversation, of an issue or of a pull request. @throws PlatformError */
export type PutComment = (number: number, key: string, text: string) => Promise<void>;

/** Comments of some twenty loops. Whatever is forgotten is looked up again. */
const rememberedMax = 100;

/**
 * Keeps one comment per key and conversation. A key that was never met here is looked for on the platform
 * before anything is posted, because an earlier process may have posted it. From then on its id and text are
 * remembered: the same text costs no request, another one a single one. Writes under one key happen one after
 * another, so that the last one asked for is the one that stays.
 *
 * What a person changed in the comment meanwhile is not seen until the text is another one.
 */
export function keyedComments(calls: CommentCalls): PutComment {
  const known = new Map<string, KeyedComment>();
  const turns = new Map<string, Promise<void>>();

  async function write(place: string, number: number, key: string, text: string): Promise<void> {
    const before = known.get(place);
    // Whatever goes wrong from here on, nobody knows what stands there.
    known.delete(place);
    const id = (before && (await replaced(before, text))) ?? (await putAnew(number, key, text));
    known.set(place, { id, text });
    const [oldest] = known.keys();
    if (known.size > rememberedMax && oldest !== undefined) known.delete(oldest);
  }

  /** The comment's id; null: it is gone. */
  async function replaced(comment: KeyedComment, text: string): Promise<string | null> {
    if (sameText(comment.text, text)) return comment.id;
    try {
      await calls.replace(comment.id, text);
      return comment.id;
    } catch (error) {
      if (error instanceof PlatformError && error.kind === "not-found") return null;
      throw error;
    }
  }

  async function putAnew(number: number, key: string, text: string): Promise<string> {
    const found = await calls.find(number, key);
    return (found && (await replaced(found, text))) ?? (await calls.post(number, text));
  }

  return (number, key, text) => {
    const place = `${number} ${key}`;
    const next = () => write(place, number, key, text);
    const turn = (turns.get(place) ?? Promise.resolve()).then(next, next);
    turns.set(place, turn);
    const done = () => {
      if (turns.get(place) === turn) turns.delete(place);
    };
    turn.then(done, done);
    return turn;
  };
}

/** A platform may answer with other ends of lines, and without blanks at the end. */
function sameText(one: string, other: string): boolean {
  const plain = (text: string) => text.replaceAll("\r\n", "\n").trimEnd();
  return plain(one) === plain(other);
}
