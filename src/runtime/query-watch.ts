import { RevError } from '../errors.js';

/** The queries of drizzle that change something, or may; each begins only when it is awaited. */
const changes = new Set<PropertyKey>([
  ...['insert', 'update', 'delete', 'refreshMaterializedView'],
  ...['execute', 'run', 'all', 'get', 'values'],
]);

/** What runs a query, or makes it a part of another one. */
const uses = new Set<PropertyKey>([
  'then',
  'catch',
  'finally',
  'execute',
  'run',
  'all',
  'get',
  'prepare',
  'getSQL',
  'toSQL',
]);

interface Begun {
  readonly method: string;
}

type Method = (...args: readonly unknown[]) => unknown;

/**
 * Sees to it that no change of `op.db` is forgotten: a drizzle query that nobody awaits does nothing, and says nothing.
 * A query that has only been read from is harmless, and not watched.
 */
export class QueryWatch {
  readonly #begun = new Set<Begun>();

  /** The same database, whose changes are watched, also inside of its transactions. */
  watch<T extends object>(database: T): T {
    return new Proxy(database, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== 'function') return value;
        const call = (args: readonly unknown[]) => (value as Method).apply(target, [...args]);
        if (changes.has(key)) return (...args: readonly unknown[]) => this.#begin(String(key), call(args));
        if (key === 'with') return (...args: readonly unknown[]) => this.#inner(call(args));
        if (key !== 'transaction') return (...args: readonly unknown[]) => call(args);
        return (work: Method, ...rest: readonly unknown[]) =>
          call([(inner: unknown, ...more: readonly unknown[]) => work(this.#inner(inner), ...more), ...rest]);
      },
    });
  }

  /** Throws REV_OPERATION where a change was begun and never run. */
  check(): void {
    const [first] = this.#begun;
    if (!first) return;
    throw new RevError(
      'REV_OPERATION',
      `A query of op.db was not awaited: ${first.method}. It would not have run.`,
      {
        hint: `Write \`await\` before it: await op.db.${first.method}(…)`,
      },
    );
  }

  #inner(value: unknown): unknown {
    return typeof value === 'object' && value !== null ? this.watch(value) : value;
  }

  #begin(method: string, builder: unknown): unknown {
    const begun: Begun = { method };
    this.#begun.add(begun);
    return this.#follow(builder, begun);
  }

  /** A step of a query's building; the steps that follow belong to the same query. */
  #follow(step: unknown, begun: Begun): unknown {
    if (typeof step !== 'object' || step === null) return step;
    if (step instanceof Promise) {
      this.#begun.delete(begun);
      return step;
    }
    const proxy: object = new Proxy(step, {
      get: (target, key) => {
        if (uses.has(key)) this.#begun.delete(begun);
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== 'function') return value;
        return (...args: readonly unknown[]) => {
          const next = (value as Method).apply(target, [...args]);
          return next === target ? proxy : this.#follow(next, begun);
        };
      },
    });
    return proxy;
  }
}
