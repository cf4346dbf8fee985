import type { Peer } from '../failure.js';

/** One session with PostgreSQL, as little of it as every package has. A session that is lost is never replaced. */
export interface Connection {
  readonly peer: Peer;
  readonly serverVersion: string;
  /** The server's process, as the log-in has told it; absent: there is no server. */
  readonly process?: number;
  /** Absent: the database is in this process alone. */
  readonly settings?: ConnectionSettings;
  /** Whether it is gone, with all that was not committed. */
  readonly isLost: boolean;
  /**
   * Sends a text of one or several statements; values only with one. Statements that are sent before the answer to the
   * first one run in that order. Throws the server's error: `code`, `message`, `detail`, `position`, …
   */
  send(text: string, params: readonly unknown[], rows: RowForm): Promise<readonly Result[]>;
  /** Asks the server to give up what runs now; nothing where that cannot be asked. */
  cancel(): void;
  /** Ends it, or gives it back as it was. */
  close(): Promise<void>;
}

/** How a server is reached, as postgres.js has read it from the URL and the environment. */
export interface ConnectionSettings {
  readonly host: readonly string[];
  readonly port: readonly number[];
  /** Of a socket; false: there is a host. */
  readonly path: string | false;
  readonly user: string;
  readonly database: string;
  /** A text, or a function that gives one. */
  readonly pass: unknown;
  readonly ssl: unknown;
  /** A function that makes the socket, in the place of a host. */
  readonly socket?: unknown;
  readonly connect_timeout: number;
  readonly connection: Readonly<Record<string, unknown>>;
}

export type RowForm = 'objects' | 'arrays';

/** What became of one statement. */
export interface Result {
  readonly rows: readonly unknown[];
  /** The rows that it returned or changed. */
  readonly count: number;
  /** The server's word for what it did: `SELECT`, `INSERT`, `ROLLBACK`, … */
  readonly command: string;
}

/**
 * drizzle reads ISO dates, whatever the server's own style is. Not a parameter of the connection: that would put the
 * order of day and month back to the server's, where a database or a role has its own.
 */
export const sessionStart = [`SET DateStyle TO 'ISO'`];
