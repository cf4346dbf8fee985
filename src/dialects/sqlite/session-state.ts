import { type Connection, columnOf, type Prepared, pragma } from './connections/connection.js';
import { quoteName } from './quote.js';

/** What a connection is set to. */
export interface Settings {
  readonly foreignKeys: number;
  /** A server lets nobody set it. */
  readonly legacyAlterTable: number;
}

/** Asked so it takes no lock, and waits for nobody. */
export function settingsOf(database: Connection): Settings {
  return {
    foreignKeys: pragma(database, 'foreign_keys'),
    legacyAlterTable: database.isServer ? 0 : pragma(database, 'legacy_alter_table'),
  };
}

/** What a connection that writes is set to, and how far its databases are. */
export interface SessionState extends Settings {
  /** The database and those that are attached to it: foreign keys are on or off in all of them. */
  readonly schemas: readonly string[];
  /**
   * Equal for as long as neither this connection nor another one has changed the databases, even in a later transaction.
   * null: a server does not tell.
   */
  readonly version: string | null;
}

/** The databases, but for the one of temporary tables. */
const databases = `SELECT name FROM pragma_database_list WHERE name <> 'temp'`;

/** Unlike a pragma, a pragma's function looks anew each time that a compiled statement is run. */
const question = `
  SELECT (SELECT foreign_keys FROM pragma_foreign_keys), (SELECT legacy_alter_table FROM pragma_legacy_alter_table),
    (SELECT data_version FROM pragma_data_version), (SELECT schema_version FROM pragma_schema_version),
    total_changes(), (SELECT json_group_array(name) FROM (${databases}))`;

/** Asks for all of it in one statement, which is compiled once: at the beginning and the end of each transaction. */
export class StateReader {
  readonly #database: Connection;
  #question: Prepared | null = null;

  constructor(database: Connection) {
    this.#database = database;
  }

  /** In a transaction that has the write lock: it reads the databases. */
  read(): SessionState {
    const database = this.#database;
    if (database.isServer) {
      return {
        // A round trip: only for those who ask for it.
        get foreignKeys() {
          return pragma(database, 'foreign_keys');
        },
        legacyAlterTable: 0,
        schemas: ['main'],
        version: null,
      };
    }
    this.#question ??= database.prepare(question);
    const [foreignKeys, legacyAlterTable, data, schema, changes, names] = this.#question?.values()[0] ?? [];
    const schemas: readonly string[] = JSON.parse(String(names));
    const attached = schemas
      .filter((name) => name !== 'main')
      .map((name) => [
        name,
        pragma(database, `${quoteName(name)}.data_version`),
        pragma(database, `${quoteName(name)}.schema_version`),
      ]);
    return {
      foreignKeys: Number(foreignKeys),
      legacyAlterTable: Number(legacyAlterTable),
      schemas,
      version: JSON.stringify([data, schema, changes, attached].map(String)),
    };
  }
}

/** Of a connection of which nothing else is asked. */
export function schemasOf(database: Connection): readonly string[] {
  return database.isServer ? ['main'] : columnOf(database, databases).map(String);
}
