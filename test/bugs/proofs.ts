/** A way to catch a bug. It is loaded after the mistake was made, and skipped where it never meets it. */
export interface Proof {
  name: string;
  /** Loads what the proof is about; what comes back looks for a broken invariant. */
  load(): Promise<() => Promise<Found>>;
}

/** What a proof found: the broken invariant in words with its place, and how much was looked at until then. */
export interface Found {
  broken: string | null;
  where: string;
  looked: string;
}

/** Walks on which everything may go wrong at once: what the worlds leave out, and the money. */
const randomWalksMax = 300;

const walks: Proof = {
  name: "walk",
  load: async () => {
    const { walk } = await import("../../core/domain/loop/testing/walk.ts");
    const { started } = await import("../../core/domain/loop/testing/scenario.ts");
    const { allWorlds, statesMax } = await import("../../core/domain/loop/testing/worlds.ts");
    return async () => {
      let states = 0;
      for (const world of allWorlds) {
        const found = walk(started(world.settings), world, statesMax);
        states += found.states;
        const [broken] = found.broken;
        if (broken !== undefined) return { broken, where: world.name, looked: `${states} states` };
      }
      return { broken: null, where: `${allWorlds.length} worlds`, looked: `${states} states` };
    };
  },
};

const randomWalks: Proof = {
  name: "random walk",
  load: async () => {
    const laws = await import("../../core/domain/loop/testing/random-laws.ts");
    return async () => {
      const { broken, runs } = laws.randomWalks(randomWalksMax);
      return { broken: broken[0] ?? null, where: "everything at once", looked: `${runs} walks` };
    };
  },
};

const repositoryWalks: Proof = {
  name: "repository walk",
  load: async () => {
    const { repositoryWorlds, walkRepository } = await import(
      "../../core/domain/repository/testing/repository-walk.ts"
    );
    return async () => {
      let states = 0;
      for (const world of repositoryWorlds) {
        const found = walkRepository(world);
        states += found.states;
        const [broken] = found.broken;
        if (broken !== undefined) return { broken, where: world.name, looked: `${states} states` };
      }
      return { broken: null, where: `${repositoryWorlds.length} worlds`, looked: `${states} states` };
    };
  },
};

/** Seeds of the simulation that a bug has to survive. */
const seedsMax = 150;

const simulation: Proof = {
  name: "simulation",
  load: async () => {
    const { runSeed } = await import("../simulation/run-seed.ts");
    return async () => {
      let loops = 0;
      for (let seed = 1; seed <= seedsMax; seed += 1) {
        const { broken, loops: ended } = await runSeed(seed, process.env.CALM ? { rates: {} } : {});
        loops += ended;
        if (broken !== null) return { broken, where: `seed ${seed}`, looked: `${seed} seeds` };
      }
      return { broken: null, where: `${seedsMax} seeds`, looked: `${seedsMax} seeds, ${loops} loops` };
    };
  },
};

/** In the order in which they are asked: the cheapest first. */
export const proofs: Proof[] = [repositoryWalks, walks, randomWalks, simulation];
