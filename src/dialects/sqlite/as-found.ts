import type { ConnectOptions } from '../dialect.js';
import { type Connection, rowsOf } from './connections/connection.js';
import { pragmasKept, pragmasOfRunner, readPragmas, setPragmas } from './pragmas.js';
import { quoteName } from './quote.js';
import { whenReadable } from './when-free.js';

type Pragmas = Readonly<Record<string, number>>;

/** A connection that a program has handed in: what it is set to, and what only it has, is afterwards as it was found. */
export class AsFound {
  readonly #database: Connection;
  readonly #pragmas: Pragmas;
  readonly #attached: readonly string[];
  readonly #temporary: ReadonlySet<string>;

  private constructor(database: Connection, pragmas: Pragmas) {
    this.#database = database;
    this.#pragmas = { ...pragmas, ...readPragmas(database, pragmasKept) };
    this.#attached = attached(database);
    this.#temporary = new Set(temporary(database).map(keyOf));
  }

  /** @throws SQLite's errors, as the first one to read the database. */
  static async of(
    database: Connection,
    options: Pick<ConnectOptions, 'patience' | 'signal'>,
  ): Promise<AsFound> {
    // What needs no look into the file comes first: others may be at it, and it is to be waited for them.
    const before = readPragmas(database, Object.keys(pragmasOfRunner));
    try {
      setPragmas(database, { busy_timeout: 0 });
      await whenReadable(database, options);
      setPragmas(database, pragmasOfRunner);
      return new AsFound(database, before);
    } catch (thrown) {
      setPragmas(database, before);
      throw thrown;
    }
  }

  restore(): void {
    const database = this.#database;
    unlessInUse(() => this.#remove());
    const now = readPragmas(database, Object.keys(this.#pragmas));
    // The last of them is how long to wait for others.
    for (const [name, value] of Object.entries(this.#pragmas).reverse()) {
      if (now[name] !== value) unlessInUse(() => setPragmas(database, { [name]: value }));
    }
  }

  #remove(): void {
    const database = this.#database;
    const drops = temporary(database)
      .filter((object) => !this.#temporary.has(keyOf(object)))
      .map(({ type, name }) => `DROP ${type} IF EXISTS temp.${quoteName(name)}`);
    const detaches = attached(database)
      .filter((name) => !this.#attached.includes(name))
      .map((name) => `DETACH ${quoteName(name)}`);
    // A temporary table may be a parent of rows, and a revision may have left the connection unable to write.
    if (drops.length > 0) database.exec('PRAGMA query_only = OFF; PRAGMA foreign_keys = OFF');
    // Triggers may be on tables of what is detached.
    for (const sql of [...drops, ...detaches]) unlessInUse(() => database.exec(sql));
  }
}

interface TemporaryObject {
  readonly type: 'table' | 'index' | 'view' | 'trigger';
  readonly name: string;
}

function keyOf({ type, name }: TemporaryObject): string {
  return `${type} ${name}`;
}

/** In the order in which they can be dropped: a virtual table takes those along that it has made. */
function temporary(database: Connection): readonly TemporaryObject[] {
  // To ask for them would make the database that they are in.
  if (!databases(database).includes('temp')) return [];
  return rowsOf<TemporaryObject & { readonly [column: string]: unknown }>(
    database,
    `SELECT type, name FROM sqlite_temp_master WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
      ORDER BY CASE type WHEN 'trigger' THEN 1 WHEN 'view' THEN 2 WHEN 'index' THEN 3 ELSE 4 END,
        sql NOT LIKE 'create virtual%', rowid`,
  );
}

function attached(database: Connection): readonly string[] {
  return databases(database).filter((name) => name !== 'main' && name !== 'temp');
}

function databases(database: Connection): readonly string[] {
  return rowsOf<{ name: string }>(database, 'PRAGMA database_list').map(({ name }) => name);
}

/** What the program itself, or somebody else, has begun to use meanwhile stays: how the run went is what is to be said. */
function unlessInUse(work: () => void): void {
  try {
    work();
  } catch {
    // SQLite says that it is locked.
  }
}
