/** Rows by key. A row is never changed in place: a change puts another one there. */
export interface Table<Row> {
  get(key: string): Row | undefined;
  /** In no promised order: whoever needs one keeps a number in the row. */
  rows(): Iterable<Row>;
  put(key: string, row: Row): void;
  drop(key: string): void;
}

/** What an object sees of its disk. */
export interface DiskAccess {
  table<Row>(name: string): Table<Row>;
  /** All writes of `work` together or none. May be nested. */
  transaction<T>(work: () => T): T;
  /** Called before a log grows and before a transaction ends; throws to refuse it, as a full disk does. */
  refuse(): void;
}

/** All tables of a disk at one moment. */
export type Snapshot = ReadonlyMap<string, ReadonlyMap<string, unknown>>;

/**
 * The storage of one object in memory. Transactions keep a list of what has to be undone, so they cost what
 * they change and not what is there.
 */
export class Disk implements DiskAccess {
  /** When the object wants to be woken, by the machine's clock; null when it does not. */
  alarm: number | null = null;
  /** How often a row was written or dropped. */
  changes = 0;
  readonly #tables = new Map<string, Map<string, unknown>>();
  #undo: (() => void)[] = [];
  #depth = 0;
  refuse: () => void = () => {};

  table<Row>(name: string): Table<Row> {
    const known = this.#tables.get(name) as Map<string, Row> | undefined;
    const rows = known ?? new Map<string, Row>();
    this.#tables.set(name, rows);
    return {
      get: (key) => rows.get(key),
      rows: () => rows.values(),
      put: (key, row) => {
        this.changes += 1;
        const before = rows.get(key);
        rows.set(key, row);
        if (this.#depth === 0) return;
        this.#undo.push(before === undefined ? () => rows.delete(key) : () => rows.set(key, before));
      },
      drop: (key) => {
        const before = rows.get(key);
        if (before === undefined) return;
        this.changes += 1;
        if (this.#depth > 0) this.#undo.push(() => rows.set(key, before));
        rows.delete(key);
      },
    };
  }

  /** The same disk for one instance of an object: who was replaced can read, and write no more. */
  accessOf(mayWrite: () => boolean): DiskAccess {
    const check = () => {
      if (!mayWrite()) throw new Error("this instance was replaced; its writes are refused");
    };
    return {
      refuse: () => this.refuse(),
      transaction: (work) => this.transaction(work),
      table: <Row>(name: string): Table<Row> => {
        const { get, rows, put, drop } = this.table<Row>(name);
        return {
          get,
          rows,
          put: (key: string, row: Row) => {
            check();
            put(key, row);
          },
          drop: (key: string) => {
            check();
            drop(key);
          },
        };
      },
    };
  }

  transaction<T>(work: () => T): T {
    const begun = this.#undo.length;
    this.#depth += 1;
    try {
      const value = work();
      // A disk may also be full when all is written and only the end of the transaction is left.
      if (this.#depth === 1 && this.#undo.length > begun) this.refuse();
      return value;
    } catch (thrown) {
      while (this.#undo.length > begun) this.#undo.pop()?.();
      throw thrown;
    } finally {
      this.#depth -= 1;
      if (this.#depth === 0) this.#undo = [];
    }
  }

  /** `undo` belongs to the open transaction: it is called when that is undone. */
  onUndo(undo: () => void): void {
    if (this.#depth > 0) this.#undo.push(undo);
  }

  snapshot(): Snapshot {
    return new Map([...this.#tables].map(([name, rows]) => [name, new Map(rows)]));
  }

  /** Puts an older copy back. Whoever holds a table goes on with the rows of then. */
  restore(snapshot: Snapshot): void {
    for (const [name, rows] of this.#tables) {
      rows.clear();
      for (const [key, row] of snapshot.get(name) ?? []) rows.set(key, row);
    }
  }
}
