import {
  AnswerQuestions,
  CancelLoop,
  type CommandAnswer,
  DecideCheckpoint,
  EscalateLoop,
  NewComment,
  ResolveEscalation,
} from "@tamma/core/protocol/rest.ts";
import { type Context, Hono } from "hono";
import type { Answer, Caller } from "../../rpc.ts";
import type { AppEnv } from "../bindings.ts";
import { formCaller } from "../caller.ts";
import { loopOf, plainIdOf } from "../path-ids.ts";
import { HttpProblem } from "../problem.ts";
import { parseInput, readForm } from "../request-body.ts";
import { loopPath } from "./links.ts";
import { sendLoopPage } from "./loop-routes.tsx";
import { leaveNotice } from "./notice.ts";
import type { createProviderLabel } from "./provider-label.ts";

type Form = Record<string, string>;
type Command = (caller: Caller, form: Form) => Promise<Answer<CommandAnswer>>;

const answerField = "answer.";

/**
 * Forms of people. Each is one command; what it says is checked here, whether it is allowed is decided
 * behind.
 */
export function decisionRoutes(providerLabel: ReturnType<typeof createProviderLabel>) {
  const routes = new Hono<AppEnv>();
  const command = (c: Context<AppEnv>, run: Command) => runCommand(c, providerLabel, run);

  routes.post("/:loop/checkpoints/:checkpoint", (c) =>
    command(c, (caller, form) => {
      const { via: _, ...input } = parseInput(DecideCheckpoint, {
        subject: form.subject,
        decision: form.decision,
        option: form.option || null,
        text: form.text ?? "",
      });
      return c.env.ORCHESTRATOR.decideCheckpoint(caller, loopOf(c), plainIdOf(c, "checkpoint"), input);
    }),
  );
  routes.post("/:loop/questions", (c) =>
    command(c, (caller, form) => {
      const { answers } = parseInput(AnswerQuestions, { answers: answersOf(form) });
      return c.env.ORCHESTRATOR.answerQuestions(caller, loopOf(c), { answers });
    }),
  );
  routes.post("/:loop/escalations/:escalation", (c) =>
    command(c, (caller, form) => {
      const input = parseInput(ResolveEscalation, { choice: form.choice, text: form.text ?? "" });
      return c.env.ORCHESTRATOR.resolveEscalation(caller, loopOf(c), plainIdOf(c, "escalation"), input);
    }),
  );
  routes.post("/:loop/obstacle", (c) =>
    command(c, (caller) => c.env.ORCHESTRATOR.clearObstacle(caller, loopOf(c))),
  );
  routes.post("/:loop/stop", (c) =>
    command(c, (caller, form) => {
      const { reason } = parseInput(CancelLoop, { reason: form.reason ?? "" });
      return c.env.ORCHESTRATOR.cancelLoop(caller, loopOf(c), reason);
    }),
  );
  orderRoutes(routes, command);
  routes.post("/:loop/comments", (c) =>
    command(c, (caller, form) => {
      const line = Number(form.line ?? 0);
      const input = parseInput(NewComment, { text: form.text, path: form.path || null, line });
      return c.env.ORCHESTRATOR.comment(caller, loopOf(c), input);
    }),
  );
  return routes;
}

/** Orders that are open at any time, whatever the loop asks. */
function orderRoutes(
  routes: Hono<AppEnv>,
  command: (c: Context<AppEnv>, run: Command) => Promise<Response>,
): void {
  routes.post("/:loop/pause", (c) => command(c, (caller) => c.env.ORCHESTRATOR.pauseLoop(caller, loopOf(c))));
  routes.post("/:loop/resume", (c) =>
    command(c, (caller) => c.env.ORCHESTRATOR.clearObstacle(caller, loopOf(c))),
  );
  routes.post("/:loop/escalate", (c) =>
    command(c, (caller, form) => {
      const { reason } = parseInput(EscalateLoop, { reason: form.reason ?? "" });
      return c.env.ORCHESTRATOR.escalateLoop(caller, loopOf(c), reason);
    }),
  );
}

/** Every field `answer.<question>` of the form. */
function answersOf(form: Form): { question: string; answer: string }[] {
  return Object.entries(form)
    .filter(([name]) => name.startsWith(answerField))
    .map(([name, answer]) => ({ question: name.slice(answerField.length), answer }));
}

/**
 * Done: on to the page that the form came from. Done before: the same, with who and when. Refused (somebody
 * was first, the subject moved on): the loop as it is now, with the reason and the text that the person had
 * typed.
 */
async function runCommand(
  c: Context<AppEnv>,
  providerLabel: ReturnType<typeof createProviderLabel>,
  run: Command,
): Promise<Response> {
  const form = await readForm(c);
  const outcome = await outcomeOf(run(formCaller(c, form), form));
  if (outcome instanceof HttpProblem) {
    const notice = {
      tone: "failure",
      title: outcome.message,
      detail: outcome.todo,
      typed: typedIn(form),
    } as const;
    return sendLoopPage(c, providerLabel, notice, outcome.status);
  }
  const back = wayBack(c, form.back);
  if (outcome.already !== null) leaveNotice(c, back, "This was decided before.", outcome.already);
  else leaveNotice(c, back, "Recorded.", `It is event ${outcome.seq} of the loop.`);
  return c.redirect(back, 303);
}

async function outcomeOf(run: Promise<Answer<CommandAnswer>>): Promise<CommandAnswer | HttpProblem> {
  const answer = await run;
  if (answer.ok) return answer.value;
  const { status, code, message, todo } = answer.refusal;
  return new HttpProblem(status, code, message, todo);
}

function wayBack(c: Context<AppEnv>, back: string | undefined): string {
  if (back === "inbox") return "/app/inbox";
  return loopPath(loopOf(c), back === "pull" ? "pull" : "");
}

/** The words of a person in a form; hidden fields are none. */
function typedIn(form: Form): string {
  const names = Object.keys(form).filter(
    (name) => ["text", "reason"].includes(name) || name.startsWith(answerField),
  );
  return names
    .map((name) => form[name] ?? "")
    .filter((text) => text.trim() !== "")
    .join("\n\n");
}
