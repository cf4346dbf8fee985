/**
 * A session with a libsql server: a stream of the Hrana protocol, version 3, as JSON over HTTP (libsql's
 * docs/HRANA_3_SPEC.md). The server knows a stream by its baton, which changes with every answer.
 */

import { RevError } from '../../../errors.js';
import { type Posted, Poster } from './post.js';

export interface ServerAddress {
  /** `https://host`, to which paths are added. */
  readonly base: string;
  /** As it may be shown. */
  readonly host: string;
  readonly token: string | undefined;
}

export type HranaValue =
  | { readonly type: 'null' }
  | { readonly type: 'integer'; readonly value: string }
  /** null: JSON has no form for it, such as infinity. */
  | { readonly type: 'float'; readonly value: number | null }
  | { readonly type: 'text'; readonly value: string }
  | { readonly type: 'blob'; readonly base64: string };

export interface HranaStatement {
  readonly sql: string;
  readonly args?: readonly HranaValue[];
}

export interface HranaError {
  readonly message: string;
  readonly code?: string | null;
}

export interface HranaResult {
  readonly cols: readonly { readonly name: string | null }[];
  readonly rows: readonly (readonly HranaValue[])[];
  readonly affected_row_count: number;
}

/** What became of a statement; neither: it was not run. */
export interface HranaOutcome {
  readonly result: HranaResult | null;
  readonly error: HranaError | null;
}

type Condition =
  | { readonly type: 'ok'; readonly step: number }
  | { readonly type: 'is_autocommit' }
  | { readonly type: 'not'; readonly cond: Condition }
  | { readonly type: 'and'; readonly conds: readonly Condition[] };

type Response =
  | { readonly type: 'error'; readonly error: HranaError }
  | { readonly type: 'ok'; readonly response: Readonly<Record<string, unknown>> };

interface Answer {
  readonly baton: string | null;
  readonly base_url?: string | null;
  readonly results: readonly Response[];
}

/** How long a server may be silent, in milliseconds: a copy or an index of a large table takes its time. */
const patience = 300_000;

export class HranaStream {
  readonly #address: ServerAddress;
  readonly #poster = new Poster(patience);
  #base: string;
  #baton: string | null = null;
  #inTransaction = false;

  constructor(address: ServerAddress) {
    this.#address = address;
    this.#base = address.base;
  }

  /** As of the last answer. */
  get inTransaction(): boolean {
    return this.#inTransaction;
  }

  /**
   * Runs the statements in their order, up to the first that fails. Inside a transaction none is run after its end:
   * the server may have ended it meanwhile, and would take each as a transaction of its own.
   * @throws RevError REV_CONNECT, REV_AUTH.
   */
  run(statements: readonly HranaStatement[]): readonly HranaOutcome[] {
    const inside: readonly Condition[] = this.#inTransaction
      ? [{ type: 'not', cond: { type: 'is_autocommit' } }]
      : [];
    const steps = statements.map((stmt, step) => {
      const conds = step === 0 ? inside : [{ type: 'ok', step: step - 1 } as const, ...inside];
      return { stmt: { ...stmt, want_rows: true }, condition: { type: 'and', conds } };
    });
    const [response] = this.#send([{ type: 'batch', batch: { steps } }]);
    if (response?.type !== 'ok') return [{ result: null, error: response?.error ?? null }];
    const { step_results: results, step_errors: errors } = response.response.result as {
      readonly step_results: readonly (HranaResult | null)[];
      readonly step_errors: readonly (HranaError | null)[];
    };
    return statements.map((_, at) => ({ result: results[at] ?? null, error: errors[at] ?? null }));
  }

  /** Compiles each and runs none. null: it compiles. @throws RevError REV_CONNECT, REV_AUTH. */
  check(statements: readonly string[]): readonly (HranaError | null)[] {
    if (statements.length === 0) return [];
    const responses = this.#send(statements.map((sql) => ({ type: 'describe', sql })));
    return responses.map((response) => (response.type === 'error' ? response.error : null));
  }

  /** Forgets a transaction that the server has ended: what the stream would say next is about that. */
  forget(): void {
    this.#baton = null;
    this.#base = this.#address.base;
    this.#inTransaction = false;
  }

  close(): void {
    try {
      if (this.#baton !== null) this.#post([{ type: 'close' }]);
    } catch {
      // The server closes it by itself.
    } finally {
      this.#poster.close();
    }
  }

  #send(requests: readonly object[]): readonly Response[] {
    const all = [...requests, { type: 'get_autocommit' }];
    const inside = this.#inTransaction;
    let answer: Answer;
    try {
      let posted = this.#post(all);
      // A stream ends when it was idle for a while, and all of the request is refused. With no transaction in it, a new one does.
      if (this.#baton !== null && !inside && (posted.status === 400 || posted.status === 404)) {
        this.forget();
        posted = this.#post(all);
      }
      answer = this.#read(posted, inside);
    } catch (thrown) {
      this.forget();
      throw thrown;
    }
    this.#baton = answer.baton;
    this.#base = answer.base_url ?? this.#base;
    const last = answer.results.at(-1);
    this.#inTransaction = last?.type === 'ok' && last.response.is_autocommit === false;
    return answer.results.slice(0, -1);
  }

  #post(requests: readonly object[]): Posted {
    const { token, host } = this.#address;
    const headers = {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    const body = JSON.stringify({ baton: this.#baton, requests });
    try {
      return this.#poster.post(`${this.#base}/v3/pipeline`, headers, body);
    } catch (thrown) {
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      if (this.#baton === null) {
        throw new RevError('REV_CONNECT', `The libsql server ${host} cannot be reached: ${reason}.`, {
          hint: 'Check the url, and whether the server runs.',
        });
      }
      throw lost(host, reason);
    }
  }

  #read({ status, body }: Posted, inside: boolean): Answer {
    const { host, token } = this.#address;
    const answer = parse(body);
    if (status === 200 && Array.isArray(answer.results)) return answer as unknown as Answer;
    const said = [answer.message, answer.error].find((text) => typeof text === 'string');
    const reason = said ?? `it answered with HTTP status ${status}`;
    if (status === 401 || status === 403) {
      const given = token === undefined ? 'There is no token' : 'The token is wrong, or no longer valid';
      throw new RevError('REV_AUTH', `The libsql server ${host} refuses the access: ${reason}.`, {
        hint: `${given}: give one of this database as authToken in the configuration, or as ?authToken=… of the url.`,
      });
    }
    if (inside) throw lost(host, String(reason));
    throw new RevError('REV_CONNECT', `The libsql server ${host} gives no database: ${reason}.`, {
      hint: 'Check the url. It must be that of a libsql server with version 3 of its protocol: Turso, or sqld of 2023 and later.',
    });
  }
}

function lost(host: string, reason: string): RevError {
  return new RevError('REV_CONNECT', `The connection to the libsql server ${host} was lost: ${reason}.`, {
    hint: 'Run it again: what was not committed is undone.',
  });
}

function parse(body: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
