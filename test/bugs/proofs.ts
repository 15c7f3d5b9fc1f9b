import type { KeptSeed } from "../simulation/kept-seeds.ts";

/** How much is looked at before a bug counts as survived. */
export interface Limits {
  /** Random walks of a loop, on which everything may go wrong at once. */
  walks: number;
  /** Seeds of the simulation, from 1; the second number is for a bug that nothing has caught until then. */
  seeds: readonly [number, number];
  /** Whether such a bug is also looked for in the seeds that are kept because they once broke something. */
  kept: boolean;
  /** Seeds in each of the weathers, for such a bug. */
  weather: number;
}

/** `npm run bugs`, and what fits into `npm test`. */
export const limits = {
  full: { walks: 300, seeds: [100, 1_000], kept: true, weather: 250 },
  short: { walks: 150, seeds: [0, 20], kept: false, weather: 0 },
} as const;

/** What a proof found: the broken invariant in words, its place, and how much was looked at until then. */
export interface Found {
  broken: string | null;
  where: string;
  looked: string;
}

/** A way to catch a bug. It is loaded after the mistake was made. */
export interface Proof {
  name: ProofName;
  /** The modules that it runs; about others it says nothing. */
  about: RegExp;
  /** Loads what the proof is about; what comes back looks for a broken invariant. */
  load(): Promise<(limits: Limits, isCaught: boolean) => Promise<Found>>;
}

export const proofNames = ["random walk", "repository walk", "walk", "simulation"] as const;
export type ProofName = (typeof proofNames)[number];

const randomWalk: Proof = {
  name: "random walk",
  about: /^core\/domain\/(loop|policy)\//,
  load: async () => {
    const laws = await import("../../core/domain/loop/testing/random-laws.ts");
    return async (limits) => {
      const { broken, runs } = laws.randomWalks(limits.walks);
      return { broken: broken[0] ?? null, where: "everything at once", looked: `${runs} walks` };
    };
  },
};

const repositoryWalk: Proof = {
  name: "repository walk",
  about: /^core\/domain\/repository\//,
  load: async () => {
    const repository = await import("../../core/domain/repository/testing/repository-walk.ts");
    return async () => inEach(repository.repositoryWorlds, (world) => repository.walkRepository(world));
  },
};

const walk: Proof = {
  name: "walk",
  about: /^core\/domain\/(loop|policy)\//,
  load: async () => {
    const loop = await import("../../core/domain/loop/testing/walk.ts");
    const { started } = await import("../../core/domain/loop/testing/scenario.ts");
    const { allWorlds, statesMax } = await import("../../core/domain/loop/testing/worlds.ts");
    return async () => inEach(allWorlds, (world) => loop.walk(started(world.settings), world, statesMax));
  },
};

/** One world after the other, until one breaks. */
function inEach<World extends { name: string }>(
  worlds: readonly World[],
  look: (world: World) => { broken: string[]; states: number },
): Found {
  let states = 0;
  for (const world of worlds) {
    const found = look(world);
    states += found.states;
    const [broken] = found.broken;
    if (broken !== undefined) return { broken, where: world.name, looked: `${states} states` };
  }
  return { broken: null, where: `${worlds.length} worlds`, looked: `${states} states` };
}

const simulation: Proof = {
  name: "simulation",
  about: /^(core|workers)\//,
  load: async () => {
    const { runSeed } = await import("../simulation/run-seed.ts");
    const { keptSeeds } = await import("../simulation/kept-seeds.ts");
    const { weathers } = await import("../simulation/weathers.ts");
    return async (limits, isCaught) => {
      const count = limits.seeds[isCaught ? 0 : 1];
      const seeds: (Pick<KeptSeed, "seed" | "changes"> & { weather?: string })[] = seedsTo(count);
      // Some mistakes need two rare faults at once: seeds that had that are kept, and asked last.
      if (!isCaught && limits.kept) seeds.push(...keptSeeds);
      if (!isCaught)
        for (const { name: weather, changes } of weathers)
          seeds.push(...seedsTo(limits.weather).map((each) => ({ ...each, changes, weather })));
      for (const [at, { seed, changes, weather }] of seeds.entries()) {
        const { broken } = await runSeed(seed, changes);
        const where = weather === undefined ? `seed ${seed}` : `seed ${seed}, ${weather}`;
        if (broken !== null) return { broken, where, looked: `${at + 1} seeds` };
      }
      return { broken: null, where: `seeds 1 to ${count}`, looked: `${seeds.length} seeds` };
    };
  },
};

function seedsTo(count: number): { seed: number }[] {
  return Array.from({ length: count }, (_, at) => ({ seed: at + 1 }));
}

/** In the order in which they are asked: the cheapest first. */
export const proofs: readonly Proof[] = [randomWalk, repositoryWalk, walk, simulation];
