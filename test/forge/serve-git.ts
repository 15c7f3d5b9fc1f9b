import type { IncomingMessage, ServerResponse } from "node:http";
import { answerGit } from "./git-http.ts";
import { covers, permissionOf } from "./model/model.ts";
import { noticePush } from "./model/pushes.ts";
import { Refusal } from "./model/refusal.ts";
import type { Repository, Token } from "./model/types.ts";
import { send } from "./sending-answers.ts";
import type { State } from "./state.ts";
import { visible } from "./visible.ts";

export interface GitPath {
  readonly url: URL;
  readonly owner: string;
  readonly name: string;
  /** What git asks below the repository. */
  readonly rest: string;
}

/** Where git asks, or null when it is no address of git. With and without `.git`, as on both platforms. */
export function gitPathOf(url: URL): GitPath | null {
  const parts = /^\/([^/]+)\/([^/]+?)(?:\.git)?(\/(?:info\/refs|git-(?:upload|receive)-pack))$/.exec(
    url.pathname,
  );
  if (!parts) return null;
  const [, owner = "", name = "", rest = ""] = parts;
  return { url, owner, name, rest };
}

const pushes = ({ rest, url }: GitPath): boolean =>
  rest === "/git-receive-pack" || url.searchParams.get("service") === "git-receive-pack";

/** Clone, fetch and push, with a token as the password. */
export async function serveGit(
  state: State,
  request: IncomingMessage,
  response: ServerResponse,
  path: GitPath,
): Promise<void> {
  const refuse = (status: number, message: string, headers: Record<string, string> = {}) =>
    send(response, { status, body: message, headers });
  const { url, owner, name, rest } = path;
  const writes = pushes(path);
  try {
    const token = state.dialect.identify(request.headers, state);
    const repository = visible(state, token, `${owner}/${name}`);
    if (writes && !token) throw new Refusal("unauthenticated", "A password is needed.");
    if (writes && repository.archived) return refuse(403, "This repository is archived.");
    if (writes) mayPush(repository, token);
    const place = `/${repository.owner.login}/${repository.name}.git${rest}`;
    const login = token?.user.login ?? "";
    const admin = covers(permissionOf(repository, token?.user ?? null), "admin");
    const at = { root: state.model.root, path: place, query: url.search.slice(1), login, admin };
    await answerGit(request, response, at, async () => {
      if (rest === "/git-receive-pack" && token) await noticePush(state.model, repository, token.user);
    });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    // git asks for a password only when it is told that one is needed.
    const anonymous = request.headers.authorization === undefined;
    if (error.kind === "unauthenticated" || anonymous) {
      return refuse(401, error.message, { "www-authenticate": 'Basic realm="forge"' });
    }
    refuse(error.kind === "not-found" ? 404 : 403, error.message);
  }
}

function mayPush(repository: Repository, token: Token | null): void {
  const allowed = token?.permissions
    ? token.permissions.contents === "write"
    : covers(permissionOf(repository, token?.user ?? null), "write");
  if (!allowed) throw new Refusal("forbidden", "You may not push here.");
}
