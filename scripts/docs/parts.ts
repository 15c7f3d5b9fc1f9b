import * as cli from "./cli.ts";
import { configReference } from "./config.ts";
import { envelope, events } from "./events.ts";
import type { Parts } from "./marked.ts";
import * as messages from "./messages-api.ts";
import * as pipeline from "./pipeline.ts";
import * as platforms from "./platforms.ts";
import { restCalls, restShapes } from "./rest.ts";
import { runnerCalls, runnerShapes } from "./runner.ts";

/** Every generated part by the name that pages use for it. `root`: the repository whose sources are read. */
export function docParts(root: string): Parts {
  return {
    steps: pipeline.steps,
    gates: pipeline.gates,
    checkpoints: pipeline.checkpoints,
    risks: pipeline.risks,
    limits: () => pipeline.limits(root),
    "tamma-yml": configReference,
    "event-envelope": envelope,
    events: () => events(root),
    "capability-grid": platforms.capabilityGrid,
    "github-permissions": platforms.githubPermissionTable,
    "github-scopes": platforms.githubScopeTable,
    "gitea-scopes": platforms.giteaScopeTable,
    "rest-calls": restCalls,
    "rest-shapes": restShapes,
    "runner-calls": runnerCalls,
    "runner-shapes": runnerShapes,
    "agent-tools": messages.tools,
    "model-outputs": messages.outputs,
    "agent-phases": messages.phaseTable,
    "turn-headers": messages.headers,
    "stream-events": messages.streamEvents,
    "example-turn": messages.exchange,
    "cli-global-options": () => cli.globalOptions(root),
    "cli-groups": () => cli.commandGroups(root),
    "cli-commands": () => cli.commands(root),
    "exit-codes": cli.exitCodeTable,
    "start-options": cli.startOptions,
  };
}
