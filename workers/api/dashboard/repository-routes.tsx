import { NewIssue, StartLoop } from "@tamma/core/protocol/rest.ts";
import { type Context, Hono } from "hono";
import type { AppEnv } from "../bindings.ts";
import { formCaller } from "../caller.ts";
import { issueOf, plainIdOf } from "../path-ids.ts";
import { HttpProblem, unwrap } from "../problem.ts";
import { issueBytesMax, parseInput, readForm } from "../request-body.ts";
import { frameOf, orNull, sendPage } from "./frame-of.ts";
import { issuePath, loopPath } from "./links.ts";
import { leaveNotice, readNotice } from "./notice.ts";
import { IssuePage, RepositoryPage } from "./repository-pages.tsx";

export function repositoryPageRoutes() {
  const routes = new Hono<AppEnv>();
  routes.get("/:repository", async (c) => {
    const [frame, repository, issues] = await Promise.all([frameOf(c), repositoryOf(c), issuesOf(c)]);
    const loops = await loopsOf(c);
    return sendPage(
      c,
      <RepositoryPage frame={frame} {...{ repository, issues, loops }} notice={readNotice(c)} />,
    );
  });
  routes.post("/:repository/issues", async (c) => {
    const id = plainIdOf(c, "repository");
    const form = await readForm(c, issueBytesMax);
    const input = parseInput(NewIssue, { title: form.title, body: form.body ?? "" });
    const issue = unwrap(await c.env.ORCHESTRATOR.createIssue(formCaller(c, form), id, input));
    return c.redirect(issuePath(id, issue.number), 303);
  });
  routes.get("/:repository/issues/:number", async (c) => {
    const [frame, repository] = await Promise.all([frameOf(c), repositoryOf(c)]);
    const issue = unwrap(await c.env.ORCHESTRATOR.getIssue(repository.id, issueOf(c)));
    const loops = await loopsOf(c);
    return sendPage(c, <IssuePage frame={frame} {...{ repository, issue, loops }} notice={readNotice(c)} />);
  });
  routes.post("/:repository/issues/:number/start", async (c) => {
    const [repository, issue] = [plainIdOf(c, "repository"), issueOf(c)];
    const form = await readForm(c);
    const input = parseInput(StartLoop, { repository, issue });
    const started = unwrap(await c.env.ORCHESTRATOR.startLoop(formCaller(c, form), input));
    if (started.loop !== null) return c.redirect(loopPath(started.loop), 303);
    const back = issuePath(repository, issue);
    leaveNotice(c, back, "Queued.", `It starts when a slot is free; place ${started.position} in the queue.`);
    return c.redirect(back, 303);
  });
  return routes;
}

async function repositoryOf(c: Context<AppEnv>) {
  const id = plainIdOf(c, "repository");
  const repository = (await c.env.ORCHESTRATOR.listRepositories()).find((known) => known.id === id);
  if (repository === undefined)
    throw new HttpProblem(
      404,
      "no-repository",
      "There is no such repository here.",
      "Look at the list on the home page.",
    );
  return repository;
}

async function issuesOf(c: Context<AppEnv>) {
  return unwrap(await c.env.ORCHESTRATOR.listIssues(plainIdOf(c, "repository")));
}

/** Loops of the repository, newest first; none when the projection cannot be read now. */
async function loopsOf(c: Context<AppEnv>) {
  const list = await orNull(
    c.env.ORCHESTRATOR.listLoops({ state: "all", repository: plainIdOf(c, "repository") }),
  );
  return list?.loops ?? [];
}
