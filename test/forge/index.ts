import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gitea } from "./dialects/gitea/index.ts";
import { isDraftTitle } from "./dialects/gitea/view-pull.ts";
import { github } from "./dialects/github/index.ts";
import { Faults } from "./faults.ts";
import type { ForgeEvent } from "./model/events.ts";
import { forkRepository } from "./model/forking.ts";
import { nobody } from "./model/git.ts";
import {
  addRepository,
  addToken,
  createModel,
  type NewRepository,
  type NewToken,
  putUser,
  repositoryNamed,
} from "./model/model.ts";
import { found } from "./model/refusal.ts";
import { finishRun, type Outcome } from "./model/runs.ts";
import type { Delivery, Hook, Repository, Run } from "./model/types.ts";
import { People } from "./people.ts";
import { answering, listen, type SeenRequest } from "./server.ts";
import type { App, State } from "./state.ts";
import { validatorOf } from "./validate.ts";
import { newHook, publish } from "./webhooks/hooks.ts";
import { type DeliveryOrder, Sending } from "./webhooks/sending.ts";

export interface ForgeOptions {
  readonly dialect: "github" | "gitea";
  /** Milliseconds; absent: the clock of the machine. */
  readonly now?: () => number;
  /** As the server words it; absent: the one that the contract is of. */
  readonly version?: string;
}

export interface NewApp {
  readonly slug: string;
  readonly permissions: Readonly<Record<string, string>>;
  readonly installedOn: readonly string[];
  readonly hook?: { url: string; secret: string; events: readonly string[] };
}

/** A running forge. Everything on it is gone when it is disposed. */
export interface SimulatedForge extends AsyncDisposable {
  readonly url: string;
  /** With the path of the platform's API, without a slash at the end. */
  readonly apiUrl: string;
  readonly people: People;
  readonly faults: Faults;
  /** All that came in by the API, in order. Clones and pushes are not among them. */
  readonly requests: readonly SeenRequest[];
  /** What requests and answers did that the contract does not allow; empty when `validated` is false. */
  readonly violations: readonly string[];
  /** Operations that were used and are not in the (trimmed) contract. */
  readonly unchecked: ReadonlySet<string>;
  /** Whether the contract was there to check against. */
  readonly validated: boolean;
  readonly webhooks: WebhookControl;
  addUser(login: string, bot?: boolean): void;
  /** What is sent as the token. */
  addToken(token: NewToken): string;
  addRepository(repository: Omit<NewRepository, "fork">): Promise<Repository>;
  /** A copy that belongs to somebody else. */
  fork(name: string, owner: string): Promise<Repository>;
  /** GitHub only: an app with its private key (PEM). */
  addApp(app: NewApp): Promise<App>;
  repository(name: string): Repository;
  /** For `git clone`, with the token as its password. */
  cloneUrl(name: string, token?: string): string;
  /** The token opens nothing any more. */
  revoke(token: string): void;
  /** How many requests a token has left, and when it gets new ones; GitHub only. */
  setBudget(token: string, budget: { left: number; resetAt: number }): void;
  /** Called for each run that somebody starts by hand; an outcome that it answers ends the run. */
  whenDispatched(work: (run: Run) => Outcome | null | Promise<Outcome | null>): void;
  /** Called for each branch that was pushed, after its webhooks are on their way. */
  whenPushed(work: (push: { branch: string; sha: string }) => void | Promise<void>): void;
}

export interface WebhookControl {
  /** Adds a hook as an administrator would; with all events by default. */
  add(name: string, hook: { url: string; secret: string; events?: readonly string[] }): Hook;
  /** Something goes wrong with the next deliveries. */
  order(order: DeliveryOrder): void;
  /** The next ones are kept back until there are `count`, and then sent the newest first. */
  reverseNext(count: number): void;
  /** All attempts at a hook so far. */
  deliveries(hook: Hook): readonly Delivery[];
  /** As the button on the platform's page. */
  redeliver(hook: Hook, delivery: Delivery): void;
  /** Resolves when nothing is on its way any more. */
  settled(): Promise<void>;
}

/** Starts a forge that speaks as this platform on a port of its own. */
export async function startForge(options: ForgeOptions): Promise<SimulatedForge> {
  const dialect = options.dialect === "github" ? github : gitea;
  const root = await mkdtemp(join(tmpdir(), "forge-"));
  const model = createModel(root, options.now ?? Date.now);
  const sending = new Sending(model, dialect.dress);
  const validator = validatorOf(dialect.contract, { go: dialect.name === "gitea" });
  const requests: SeenRequest[] = [];
  let answer: ReturnType<typeof answering> | null = null;
  const listening = await listen(async (request, response) => answer?.(request, response));
  const state: State = {
    ...{ model, dialect, sending, faults: new Faults(), origin: listening.origin },
    ...{ apiUrl: `${listening.origin}${dialect.apiPath}`, version: options.version ?? dialect.version },
    ...{ apps: [], tickets: new Map(), budgets: new Map(), whenDispatched: new Set() },
  };
  if (dialect.name === "gitea") model.listeners.add(keepDraft);
  model.listeners.add((event) => publish(state, event));
  answer = answering({ state, validator, requests });
  return {
    ...{ url: state.origin, apiUrl: state.apiUrl, people: new People(state), faults: state.faults },
    ...{ requests, violations: validator.violations, unchecked: validator.unchecked },
    ...{ validated: validator.validated, webhooks: control(state), ...makers(state) },
    [Symbol.asyncDispose]: async () => {
      await listening.close();
      await sending.settled();
      await rm(root, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** On Gitea a pull request is a draft as long as its title says so. */
function keepDraft(event: ForgeEvent): void {
  if (event.type === "pull") event.pull.draft = isDraftTitle(event.pull.issue.title);
}

function control(state: State): WebhookControl {
  const { sending } = state;
  return {
    add: (name, { url, secret, events = ["*"] }) =>
      newHook(state, repositoryNamed(state.model, name), { url, secret, events, active: true }),
    order: (order) => sending.order(order),
    reverseNext: (count) => sending.reverseNext(count),
    deliveries: (hook) => hook.deliveries,
    redeliver: (hook, delivery) => sending.redeliver(hook, delivery, state.dialect.freshGuid),
    settled: () => sending.settled(),
  };
}

function makers(state: State) {
  const { model } = state;
  return {
    addUser: (login: string, bot = false): void => void putUser(model, login, bot),
    addToken: (token: NewToken): string => {
      const value = randomBytes(20).toString("hex");
      return addToken(model, state.dialect.name === "github" ? `ghp_${value}` : value, token).value;
    },
    addRepository: (made: Omit<NewRepository, "fork">) => addRepository(model, made),
    fork: (name: string, owner: string) => forkRepository(model, name, owner),
    addApp: (made: NewApp) => addApp(state, made),
    repository: (name: string): Repository => repositoryNamed(model, name),
    cloneUrl: (name: string, token?: string): string => {
      const url = new URL(`${state.origin}/${repositoryNamed(model, name).fullName}.git`);
      if (token !== undefined) Object.assign(url, { username: "x-access-token", password: token });
      return url.href;
    },
    revoke: (token: string): void => void model.tokens.delete(token),
    setBudget: (token: string, budget: { left: number; resetAt: number }): void =>
      void state.budgets.set(token, { ...budget }),
    whenPushed: (work: (push: { branch: string; sha: string }) => void | Promise<void>): void => {
      model.listeners.add((event) => {
        if (event.type !== "push" || event.after === nobody) return;
        const push = { branch: event.branch, sha: event.after };
        setImmediate(() => void work(push));
      });
    },
    whenDispatched: (work: (run: Run) => Outcome | null | Promise<Outcome | null>): void => {
      state.whenDispatched.add((run) => {
        // The answer to the dispatch comes first.
        setImmediate(async () => {
          const outcome = await work(run);
          if (outcome) finishRun(model, run, outcome);
        });
      });
    },
  };
}

async function addApp(state: State, made: NewApp): Promise<App> {
  const pem = { format: "pem" } as const;
  const keys = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", ...pem },
    privateKeyEncoding: { type: "pkcs8", ...pem },
  });
  const { model } = state;
  const repositories = made.installedOn.map((name) => repositoryNamed(model, name));
  const [first] = repositories;
  const account = found(first, "An app is installed on at least one repository.").owner;
  const hook = { url: "", secret: "", events: [], ...made.hook };
  const app: App = {
    ...{ id: model.nextId(), slug: made.slug, user: putUser(model, `${made.slug}[bot]`, true), ...keys },
    permissions: { metadata: "read", ...made.permissions },
    installations: [{ id: model.nextId(), account, repositories, createdAt: model.now() }],
    hook: newHook(state, null, { ...hook, active: hook.url !== "" }),
  };
  state.apps.push(app);
  return app;
}
