import type { Dice } from "./dice.ts";

/** Whoever may be gone when something comes back to him: an object, a process, a runner. */
export interface Life {
  readonly name: string;
  alive: boolean;
  /** How many of its calls failed, whether the line or who was called. */
  failedCalls: number;
}

export const newLife = (name: string): Life => ({ name, alive: true, failedCalls: 0 });

/** Somebody who is always there: a person, the world itself. */
export const forever: Life = newLife("world");

interface Task {
  at: number;
  /** Drawn, so that the order of what comes at one time is the seed's choice. */
  tie: number;
  life: Life;
  work: () => void;
  cancelled: boolean;
}

/**
 * Virtual time and the order of everything. Whatever waits waits here: a call, an answer, an alarm, a timer.
 * One step takes the next thing, does it, and lets all code run that can go on without another one.
 */
export class Kernel {
  /** Milliseconds since the epoch. */
  now: number;
  steps = 0;
  readonly #dice: Dice;
  readonly #heap: Task[] = [];

  constructor(startsAt: number, dice: Dice) {
    this.now = startsAt;
    this.#dice = dice;
  }

  /** Does `work` after `ms`, unless `life` has ended by then or the answer is called. */
  after(ms: number, life: Life, work: () => void): () => void {
    const task = { at: this.now + Math.max(0, ms), tie: this.#dice.fraction(), life, work, cancelled: false };
    push(this.#heap, task);
    return () => {
      task.cancelled = true;
    };
  }

  /** Resolves after `ms`; never, when `life` has ended by then. */
  sleep(ms: number, life: Life): Promise<void> {
    return new Promise((resolve) => {
      this.after(ms, life, resolve);
    });
  }

  /** One step; false when nothing waits any more. */
  async step(): Promise<boolean> {
    for (let task = pop(this.#heap); task; task = pop(this.#heap)) {
      if (task.cancelled || !task.life.alive) continue;
      this.now = Math.max(this.now, Math.floor(task.at));
      this.steps += 1;
      task.work();
      await quiet();
      return true;
    }
    return false;
  }

  /** Lets everybody go on whom something from outside has told something. */
  async settle(): Promise<boolean> {
    await quiet();
    return this.#heap.length > 0;
  }
}

/** Callbacks asked of Node at once: a turn of its event loop for each step would cost more than the step. */
const macrotasksAhead = 256;
let ahead = 0;
const waiting: (() => void)[] = [];

/** Every promise that can go on has gone on: Node empties the queue of microtasks between two macrotasks. */
function quiet(): Promise<void> {
  if (ahead === 0) for (; ahead < macrotasksAhead; ahead += 1) setImmediate(nextMacrotask);
  return new Promise((resolve) => {
    waiting.push(resolve);
  });
}

function nextMacrotask(): void {
  ahead -= 1;
  waiting.shift()?.();
}

function earlier(one: Task, other: Task): boolean {
  return one.at < other.at || (one.at === other.at && one.tie < other.tie);
}

function push(heap: Task[], task: Task): void {
  let at = heap.push(task) - 1;
  while (at > 0) {
    const above = (at - 1) >> 1;
    if (!earlier(task, heap[above] as Task)) break;
    heap[at] = heap[above] as Task;
    at = above;
  }
  heap[at] = task;
}

function pop(heap: Task[]): Task | undefined {
  const [first] = heap;
  const last = heap.pop();
  if (!first || !last || first === last) return first;
  let at = 0;
  for (;;) {
    let below = 2 * at + 1;
    if (below >= heap.length) break;
    const right = below + 1;
    if (right < heap.length && earlier(heap[right] as Task, heap[below] as Task)) below = right;
    if (!earlier(heap[below] as Task, last)) break;
    heap[at] = heap[below] as Task;
    at = below;
  }
  heap[at] = last;
  return first;
}
