import { covers, permissionOf } from "../../model/model.ts";
import { setDraft } from "../../model/pulls.ts";
import { Refusal } from "../../model/refusal.ts";
import { replyTo, setResolved } from "../../model/reviews.ts";
import type { Pull, Repository, Thread, User } from "../../model/types.ts";
import { maybeText, object, text } from "../../reading.ts";
import type { Answer, Call, Route } from "../../state.ts";
import { parseDocument, SyntaxProblem } from "./graphql-language.ts";
import { pullNode, repositoryNode, reviewCommentNode, threadNode, userNode } from "./graphql-nodes.ts";
import { FieldProblem, type Node, type Resolver, runSelection } from "./graphql-run.ts";
import { route } from "./routes.ts";
import { nodeId } from "./view-repository.ts";

/** GitHub's GraphQL, as far as a pull request's draft, threads and mergeability go. Errors come with 200. */

const missing = (id: string) =>
  new FieldProblem(`Could not resolve to a node with the global id of '${id}'`, "NOT_FOUND");

function visible(call: Call): Repository[] {
  const { token } = call;
  return [...call.state.model.repositories.values()].filter((repository) =>
    token?.repositories
      ? token.repositories.has(repository.id)
      : covers(permissionOf(repository, token?.user ?? null), "read"),
  );
}

const pullsIn = (call: Call): Pull[] =>
  visible(call).flatMap(({ issues }) => [...issues.values()].flatMap(({ pull }) => pull ?? []));

function pullWith(call: Call, id: string): Pull {
  const pull = pullsIn(call).find((one) => nodeId("PR", one.id) === id);
  if (!pull) throw missing(id);
  return pull;
}

function threadWith(call: Call, id: string): Thread {
  const threads = pullsIn(call).flatMap((pull) => pull.threads);
  const thread = threads.find((one) => nodeId("PRRT", one.id) === id);
  if (!thread) throw missing(id);
  return thread;
}

/** Who may change a pull request or a thread: its author, and those with write access. */
function mayChange(call: Call, pull: Pull): User {
  const actor = call.actor();
  const { permissions } = call.token ?? {};
  const may = permissions
    ? permissions.pull_requests === "write"
    : pull.issue.author === actor || covers(permissionOf(pull.issue.repository, actor), "write");
  if (!may) throw new FieldProblem("Resource not accessible by integration", "FORBIDDEN");
  return actor;
}

function query(call: Call): Node {
  return {
    __typename: "Query",
    viewer: () => userNode(call.actor()),
    repository: (({ owner, name }) => {
      const full = `${owner}/${name}`.toLowerCase();
      const repository = visible(call).find(({ fullName }) => fullName.toLowerCase() === full);
      const message = `Could not resolve to a Repository with the name '${owner}/${name}'.`;
      if (!repository) throw new FieldProblem(message, "NOT_FOUND");
      return repositoryNode(call.state, repository);
    }) satisfies Resolver,
    node: (({ id }) => {
      const wanted = String(id);
      if (wanted.startsWith("PRRT_")) return threadNode(call.state, threadWith(call, wanted));
      return pullNode(call.state, pullWith(call, wanted));
    }) satisfies Resolver,
  };
}

type Change = (input: Readonly<Record<string, unknown>>) => Node | Promise<Node>;

function mutation(call: Call): Node {
  const { state } = call;
  const draft =
    (to: boolean): Change =>
    (input) => {
      const pull = pullWith(call, text(input, "pullRequestId"));
      setDraft(state.model, mayChange(call, pull), pull, to);
      return { __typename: "Payload", pullRequest: pullNode(state, pull) };
    };
  const resolved =
    (to: boolean): Change =>
    (input) => {
      const thread = threadWith(call, text(input, "threadId"));
      setResolved(state.model, mayChange(call, thread.pull), thread, to);
      return { __typename: "Payload", thread: threadNode(state, thread) };
    };
  const changes: Readonly<Record<string, Change>> = {
    markPullRequestReadyForReview: draft(false),
    convertPullRequestToDraft: draft(true),
    resolveReviewThread: resolved(true),
    unresolveReviewThread: resolved(false),
    addPullRequestReviewThreadReply: (input) => {
      const thread = threadWith(call, text(input, "pullRequestReviewThreadId"));
      const comment = replyTo(state.model, call.actor(), thread, text(input, "body"));
      return { __typename: "Payload", comment: reviewCommentNode(state, comment) };
    },
  };
  const fields = Object.entries(changes).map(([name, change]) => [
    name,
    async ({ input }: Readonly<Record<string, unknown>>) => {
      const given = object(input, "input");
      const made = await change(given);
      return { ...made, clientMutationId: given.clientMutationId ?? null };
    },
  ]);
  return { __typename: "Mutation", ...Object.fromEntries(fields) };
}

async function run(call: Call): Promise<Answer> {
  call.actor();
  try {
    const { operation, fragments } = parseDocument(text(call.body, "query"));
    const variables = object(call.body.variables ?? {}, "variables");
    maybeText(call.body, "operationName");
    for (const name of operation.required) {
      if (variables[name] === undefined || variables[name] === null) {
        throw new FieldProblem(`Variable $${name} of a required type was provided invalid value`);
      }
    }
    const root = operation.type === "query" ? query(call) : mutation(call);
    const data = await runSelection(root, operation.selection, { operation, fragments, variables });
    return { status: 200, body: { data } };
  } catch (error) {
    const problem = error instanceof FieldProblem || error instanceof SyntaxProblem;
    if (!problem && !(error instanceof Refusal && error.kind !== "unauthenticated")) throw error;
    const type = error instanceof FieldProblem ? error.type : null;
    const errors = [{ ...(type === null ? {} : { type }), message: error.message, path: [] }];
    return { status: 200, body: { data: null, errors } };
  }
}

export const graphqlOfGithub: Route[] = [route("POST /graphql", "user", "metadata", run)];
