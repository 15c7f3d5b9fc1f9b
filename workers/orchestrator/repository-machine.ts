import type { RepositoryCommand } from "@tamma/core/domain/repository/commands.ts";
import { decideRepository } from "@tamma/core/domain/repository/decide.ts";
import { type RepositoryEvent, repositoryEventVersion } from "@tamma/core/domain/repository/events.ts";
import { evolveRepository, initialRepository } from "@tamma/core/domain/repository/evolve.ts";
import { reactRepository } from "@tamma/core/domain/repository/react.ts";
import type { Repository } from "@tamma/core/domain/repository/state.ts";
import { upcastRepository } from "@tamma/core/domain/repository/upcast.ts";
import type { Machine } from "@tamma/core/engine/machine.ts";

/** A single-user server: one person can sign in. */
export const membersMin = 1;

/** The repository as the engine runs it. */
export const repositoryMachine: Machine<RepositoryCommand, RepositoryEvent, Repository> = {
  initial: initialRepository,
  version: repositoryEventVersion,
  decide: (command, repository, { at }) => decideRepository(command, repository, { membersMin, at }),
  evolve: (repository, event) => evolveRepository(repository, event),
  react: reactRepository,
  upcast: upcastRepository,
  stepOf: () => null,
};
