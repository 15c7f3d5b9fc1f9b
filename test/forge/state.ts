import type { Faults } from "./faults.ts";
import type { ForgeEvent } from "./model/events.ts";
import type { Model } from "./model/model.ts";
import type { Refusal } from "./model/refusal.ts";
import type { Hook, Repository, Run, Token, User } from "./model/types.ts";
import type { Dress, News, Sending } from "./webhooks/sending.ts";

/** An app of GitHub's kind, which acts for itself. */
export interface App {
  readonly id: number;
  readonly slug: string;
  readonly user: User;
  /** PEM, PKCS #8. */
  readonly privateKey: string;
  /** PEM, SPKI. */
  readonly publicKey: string;
  readonly permissions: Readonly<Record<string, string>>;
  readonly installations: Installation[];
  readonly hook: Hook;
}

export interface Installation {
  readonly id: number;
  readonly account: User;
  readonly repositories: Repository[];
  readonly createdAt: number;
}

/** What is left of a token's requests. */
export interface Budget {
  left: number;
  resetAt: number;
}

/** Everything that a route may look at. */
export interface State {
  readonly model: Model;
  readonly dialect: Dialect;
  readonly sending: Sending;
  readonly faults: Faults;
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  /** With the platform's path of its API, without a slash at the end. */
  readonly apiUrl: string;
  readonly version: string;
  readonly apps: App[];
  /** Downloads that need no token for a short while, by their secret name. */
  readonly tickets: Map<string, { readonly text: string; readonly until: number }>;
  /** By token. */
  readonly budgets: Map<string, Budget>;
  readonly whenDispatched: Set<(run: Run) => void>;
}

export interface Answer {
  readonly status: number;
  /** Absent: no body. A text is sent as it is, everything else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a route needs: who asks may do this in the repository, and its token reaches this area. */
export interface Access {
  /** `nobody`: no token needed; `user`: any token; `app`: an app's own proof. */
  readonly level: "nobody" | "user" | "app" | "read" | "write" | "admin";
  /** GitHub's name of a permission, or the area of Gitea's scopes. */
  readonly area: string;
}

/** One request on its way through a route. */
export interface Call {
  readonly state: State;
  readonly method: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Its JSON object; empty when it sent none. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Its JSON as it came, which may be a list. */
  readonly json: unknown;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly token: Token | null;
  /** @throws Refusal `unauthenticated` */
  readonly actor: () => User;
  /** The repository of the path. @throws Refusal `not-found` when there is none, or not for this token */
  readonly repository: () => Repository;
  /** Path and query as they came, below the API's address. */
  readonly path: string;
}

export interface Route {
  readonly method: string;
  /** As the contract writes it: `/repos/{owner}/{repo}/issues`. */
  readonly path: string;
  readonly access: Access;
  readonly run: (call: Call) => Answer | Promise<Answer>;
}

/** How one platform speaks. */
export interface Dialect {
  readonly name: "github" | "gitea";
  readonly apiPath: string;
  /** The contract below `../shared/contracts`. */
  readonly contract: string;
  readonly version: string;
  /** Routes below the path of the API; those of `others` below a path of their own. */
  readonly routes: readonly Route[];
  readonly others: readonly { readonly prefix: string; readonly routes: readonly Route[] }[];
  /** Whose request it is; null: nobody's. @throws Refusal `unauthenticated` for a token that opens nothing */
  readonly identify: (headers: Call["headers"], state: State) => Token | null;
  /** @throws Refusal when this call may not do it */
  readonly authorize: (call: Call, access: Access) => void;
  readonly refuse: (refusal: Refusal, state: State) => Answer;
  readonly limited: (until: { resetAt?: number; seconds?: number }) => Answer;
  /** On every answer. */
  readonly headers: (state: State, token: Token | null) => Record<string, string>;
  /** What is sent to hooks; empty: nothing. */
  readonly news: (event: ForgeEvent, state: State) => News[];
  /** Whether a hook with these events gets them. */
  readonly wants: (events: readonly string[], news: News) => boolean;
  /** Whether a delivery that is sent again has an id of its own. */
  readonly freshGuid: boolean;
  readonly dress: Dress;
}
