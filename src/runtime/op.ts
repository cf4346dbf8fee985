import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Catalog,
  type Column,
  type Constraint,
  type DialectName,
  deepFreeze,
  parseName,
  type QualifiedName,
  type SequenceOptions,
} from '../catalog/index.js';
import type { Databases, Dialect } from '../dialects/dialect.js';
import { RevError } from '../errors.js';
import {
  type DefaultInput,
  defaultValue,
  inSteps,
  misread,
  type Operation,
  operationOf,
  type SqlInput,
  sqlParts,
} from '../operations/index.js';
import { type BackfillInput, backfillOf } from './backfill-input.js';
import { checkValues } from './check-values.js';
import type { Executor } from './executor.js';
import { untilAborted } from './in-time.js';
import { type IndexKeyInput, type IndexOptions, indexOf } from './index-input.js';
import { type CommentInput, commentTarget, type ObjectInput, objectOf } from './object-input.js';
import { type PolicyOptions, policyOf, type RoleAttributes, roleOf } from './policy-input.js';
import type { QueryWatch } from './query-watch.js';
import { OrderedQueue } from './queue.js';
import { type ColumnChange, TableChanges } from './table-changes.js';
import { insertOf, type TableOptions, tableOf } from './table-input.js';
import { type ViewOptions, viewOf } from './view-input.js';

/** A table or another object: `posts`, `app.posts`, or its parts where a name holds a dot. */
export type ObjectName = string | QualifiedName;

export interface EnumChange {
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly columns?: readonly {
    readonly table: ObjectName;
    readonly column: string;
    readonly default?: DefaultInput;
  }[];
  readonly remake?: boolean;
}

/**
 * What a revision's `upgrade` and `downgrade` are given. Calls run in the order in which they are made and each
 * returns a promise; one that is not awaited still runs before the revision ends, and its failure fails the revision.
 */
export interface Op<D extends DialectName = DialectName> {
  createTable(
    name: ObjectName,
    elements: readonly (Column | Constraint)[],
    options?: TableOptions,
  ): Promise<void>;
  dropTable(name: ObjectName): Promise<void>;
  renameTable(from: ObjectName, to: ObjectName): Promise<void>;
  /** Several changes of one table at once: one ALTER TABLE, or one rebuild at most (SQLite). */
  alterTable(name: ObjectName, changes: (table: TableChanges) => void): Promise<void>;
  addColumn(table: ObjectName, column: Column): Promise<void>;
  dropColumn(table: ObjectName, name: string): Promise<void>;
  alterColumn(table: ObjectName, name: string, change: ColumnChange): Promise<void>;
  renameColumn(table: ObjectName, from: string, to: string): Promise<void>;
  addConstraint(table: ObjectName, constraint: Constraint): Promise<void>;
  dropConstraint(table: ObjectName, constraint: string | Constraint): Promise<void>;
  renameConstraint(table: ObjectName, from: string, to: string): Promise<void>;
  createIndex(
    name: string,
    table: ObjectName,
    keys: readonly IndexKeyInput[],
    options?: IndexOptions & { readonly concurrently?: boolean; readonly restore?: boolean },
  ): Promise<void>;
  /**
   * @param options.concurrently without keeping anybody out, outside of a transaction (PostgreSQL)
   * @param options.keep remember its comment, and that it is the replica identity or clustered, for the createIndex of
   *   this name that follows with `restore` (PostgreSQL)
   */
  dropIndex(
    name: string,
    table: ObjectName,
    options?: { readonly concurrently?: boolean; readonly keep?: boolean },
  ): Promise<void>;
  renameIndex(table: ObjectName, from: string, to: string): Promise<void>;
  createView(
    name: ObjectName,
    query: SqlInput,
    options?: ViewOptions & { readonly restore?: boolean },
  ): Promise<void>;
  /**
   * @param options.keep remember grants, comments, owner, triggers, rules and indexes for the createView of this name
   *   that follows with `restore` (PostgreSQL)
   */
  dropView(
    name: ObjectName,
    options?: { readonly materialized?: boolean; readonly keep?: boolean },
  ): Promise<void>;
  /** Another query for a view that stays: CREATE OR REPLACE VIEW. Of a materialized view only parameters can change. */
  alterView(name: ObjectName, query: SqlInput, options?: ViewOptions): Promise<void>;
  renameView(from: ObjectName, to: ObjectName, options?: { readonly materialized?: boolean }): Promise<void>;
  createPolicy(
    name: string,
    table: ObjectName,
    options?: PolicyOptions & { readonly restore?: boolean },
  ): Promise<void>;
  /** @param options.keep remember the comment for the createPolicy of this name that follows with `restore` */
  dropPolicy(name: string, table: ObjectName, options?: { readonly keep?: boolean }): Promise<void>;
  /** The policy as it is to be, whole. */
  alterPolicy(name: string, table: ObjectName, options?: PolicyOptions): Promise<void>;
  renamePolicy(table: ObjectName, from: string, to: string): Promise<void>;
  enableRowSecurity(table: ObjectName): Promise<void>;
  disableRowSecurity(table: ObjectName): Promise<void>;
  createEnum(name: ObjectName, values: readonly string[]): Promise<void>;
  dropEnum(name: ObjectName): Promise<void>;
  renameEnum(from: ObjectName, to: ObjectName): Promise<void>;
  renameEnumValue(name: ObjectName, from: string, to: string): Promise<void>;
  alterEnum(name: ObjectName, change: EnumChange): Promise<void>;
  createSequence(name: ObjectName, options?: SequenceOptions & { readonly type?: string }): Promise<void>;
  dropSequence(name: ObjectName): Promise<void>;
  /** Sets the options to exactly these; one that is absent goes back to its default. */
  alterSequence(name: ObjectName, options: SequenceOptions): Promise<void>;
  renameSequence(from: ObjectName, to: ObjectName): Promise<void>;
  createRole(name: string, options?: RoleAttributes): Promise<void>;
  dropRole(name: string): Promise<void>;
  /** Sets the attributes to exactly these. */
  alterRole(name: string, options?: RoleAttributes): Promise<void>;
  createSchema(name: string): Promise<void>;
  dropSchema(name: string): Promise<void>;
  /** With all that is in it. */
  renameSchema(from: string, to: string): Promise<void>;
  createExtension(
    name: string,
    options?: { readonly schema?: string; readonly version?: string; readonly ifNotExists?: boolean },
  ): Promise<void>;
  dropExtension(name: string): Promise<void>;
  /** @param text null takes the comment away */
  comment(on: CommentInput, text: string | null): Promise<void>;
  /** A function, a trigger, a rule or the like, by its own SQL. */
  createObject(object: ObjectInput): Promise<void>;
  dropObject(object: ObjectInput): Promise<void>;
  /** @param was the version that is there */
  replaceObject(object: ObjectInput, was: ObjectInput): Promise<void>;
  /** Operations that the project has defined (`defineOperation`), or any others as data. */
  run(operations: Operation | readonly Operation[]): Promise<void>;
  /** One SQL statement, as text or as drizzle's sql`…`, whose values are bound. */
  execute(statement: SqlInput): Promise<void>;
  bulkInsert(table: ObjectName, rows: readonly Readonly<Record<string, unknown>>[]): Promise<void>;
  /**
   * Gives the rows of a table values, a batch at a time in the order of a key. Outside of a transaction (`autocommit`)
   * each batch commits by itself, and an interrupted backfill goes on after the last batch that was done.
   */
  backfill(backfill: BackfillInput): Promise<void>;
  /**
   * Runs the calls of `op` that the work makes outside of a transaction, for what cannot be in one. What the revision
   * has done before is committed; what comes after is in a transaction of its own. An interrupted revision goes on
   * after the last operation that was done.
   */
  autocommit(work: () => unknown): Promise<void>;
  /**
   * In a project with several databases: runs the work where the revision runs in this one (or one of these), and
   * nothing elsewhere.
   */
  on<E extends DialectName = D>(
    database: string | readonly string[],
    work: (op: Op<E>) => unknown,
  ): Promise<void>;
  /** The database of the project that it runs in; undefined where the project has but one. */
  readonly database: string | undefined;
  /** A drizzle database on the revision's own session and transaction. */
  readonly db: Databases[D];
  /** The schema as it is at this point of the revision. */
  inspect(): Promise<Catalog>;
  /** `-x key=value` of the command line. */
  readonly args: Readonly<Record<string, string>>;
  /** Whether SQL is being printed instead of run. */
  readonly offline: boolean;
}

export interface OpParts {
  readonly dialect: Dialect;
  readonly executor: Executor;
  readonly queue: OrderedQueue;
  readonly args: Readonly<Record<string, string>>;
  /** The project's folder. */
  readonly folder: string;
  readonly watch: QueryWatch;
  readonly signal?: AbortSignal | undefined;
}

/** The queue of the `op.autocommit` that a call is inside of, and the revision's: one may be read while another runs. */
const innerQueue = new AsyncLocalStorage<{ readonly whole: OrderedQueue; readonly queue: OrderedQueue }>();

/** The work's own calls are in a queue of their own: those of the revision around it wait until it has ended. */
async function inQueueOfItsOwn(
  work: () => unknown,
  { whole, signal }: { readonly whole: OrderedQueue; readonly signal: AbortSignal | undefined },
): Promise<void> {
  const queue = new OrderedQueue();
  try {
    await untilAborted(
      innerQueue.run({ whole, queue }, async () => await work()),
      signal,
    );
  } catch (error) {
    if (signal?.aborted) queue.abandon(error);
    throw error;
  } finally {
    // What is queued must have ended before the transaction around it begins again.
    await queue.drain().finally(() => queue.close());
  }
}

/** The facade over one executor and queue. Malformed calls throw REV_OPERATION or REV_UNSUPPORTED in their order. */
export function makeOp({ dialect, executor, queue: whole, args, folder, watch, signal }: OpParts): Op {
  const queue = () => {
    const inner = innerQueue.getStore();
    return inner?.whole === whole ? inner.queue : whole;
  };
  const push = (work: () => Promise<void>): Promise<void> => {
    const result = queue().push(work);
    // The queue keeps the failure; a call that nobody awaits must not be an unhandled rejection as well.
    result.catch(() => undefined);
    return result;
  };
  const send = async (operation: Operation) => {
    checkValues(operation, dialect);
    const steps = operation.kind === 'alterTable' ? inSteps(operation) : [operation];
    for (const step of steps) await executor.operation(frozen(step));
  };
  const run = (make: () => Operation) => push(async () => send(make()));
  const alter = (table: ObjectName, change: (table: TableChanges) => void) =>
    run(() => {
      const changes = new TableChanges();
      const result: unknown = change(changes);
      if (typeof (result as PromiseLike<unknown> | undefined)?.then === 'function') {
        // It may fail later, and says nothing more than what is thrown here.
        (result as Promise<unknown>).then(undefined, () => undefined);
        throw new RevError(
          'REV_OPERATION',
          `The callback of alterTable for ${parseName(table).name} is asynchronous.`,
          {
            hint: 'Name the changes at once: op.alterTable(…, (table) => { … }), without async.',
          },
        );
      }
      return { kind: 'alterTable', table: parseName(table), changes: changes.done() };
    });
  let db: object | undefined;
  return {
    args,
    get offline() {
      return executor.offline;
    },
    get db() {
      db ??= watch.watch(
        dialect.database(
          (sql, params, method) => queue().ask(() => executor.query(sql, params, method)),
          folder,
        ),
      );
      return db as Op['db'];
    },
    inspect: () => queue().ask(() => executor.inspect()),
    // See sections.ts.
    on: () => {
      throw new RevError(
        'REV_OPERATION',
        'op.on is for projects with several databases, and this one has one.',
      );
    },
    database: undefined,
    autocommit: (work) => push(() => executor.autocommit(() => inQueueOfItsOwn(work, { whole, signal }))),
    createTable: (name, elements, options) =>
      run(() => ({ kind: 'createTable', table: tableOf(name, elements, options) })),
    dropTable: (name) => run(() => ({ kind: 'dropTable', name: parseName(name) })),
    renameTable: (from, to) => run(() => ({ kind: 'renameTable', ...fromTo(from, to) })),
    alterTable: alter,
    addColumn: (table, column) => alter(table, (changes) => changes.addColumn(column)),
    dropColumn: (table, name) => alter(table, (changes) => changes.dropColumn(name)),
    alterColumn: (table, name, change) => alter(table, (changes) => changes.alterColumn(name, change)),
    renameColumn: (table, from, to) => alter(table, (changes) => changes.renameColumn(from, to)),
    addConstraint: (table, constraint) => alter(table, (changes) => changes.addConstraint(constraint)),
    dropConstraint: (table, constraint) => alter(table, (changes) => changes.dropConstraint(constraint)),
    renameConstraint: (table, from, to) => alter(table, (changes) => changes.renameConstraint(from, to)),
    createIndex: (name, table, keys, options = {}) =>
      run(() => ({
        kind: 'createIndex',
        table: parseName(table),
        index: indexOf(name, keys, options, dialect.capabilities.nullsOrder === true),
        ...(options.concurrently ? { concurrently: true as const } : {}),
        ...(options.restore ? { restore: true as const } : {}),
      })),
    dropIndex: (name, table, { keep = false, concurrently = false } = {}) =>
      run(() => ({
        kind: 'dropIndex',
        name,
        table: parseName(table),
        ...(concurrently ? { concurrently } : {}),
        ...(keep ? { keep } : {}),
      })),
    renameIndex: (table, from, to) => run(() => ({ kind: 'renameIndex', table: parseName(table), from, to })),
    createView: (name, query, { restore, ...options } = {}) =>
      run(() => ({
        kind: 'createView',
        view: viewOf(parseName(name), query, options),
        ...(restore ? { restore: true as const } : {}),
      })),
    dropView: (name, { materialized = false, keep = false } = {}) =>
      run(() => ({
        kind: 'dropView',
        name: parseName(name),
        materialized,
        ...(keep ? { keep: true as const } : {}),
      })),
    alterView: (name, query, options) =>
      run(() => ({ kind: 'alterView', view: viewOf(parseName(name), query, options) })),
    renameView: (from, to, { materialized = false } = {}) =>
      run(() => ({ kind: 'renameView', ...fromTo(from, to), materialized })),
    createPolicy: (name, table, { restore, ...options } = {}) =>
      run(() => ({
        kind: 'createPolicy',
        table: parseName(table),
        policy: policyOf(name, options),
        ...(restore ? { restore: true as const } : {}),
      })),
    dropPolicy: (name, table, { keep } = {}) =>
      run(() => ({
        kind: 'dropPolicy',
        name,
        table: parseName(table),
        ...(keep ? { keep: true as const } : {}),
      })),
    alterPolicy: (name, table, options) =>
      run(() => ({ kind: 'alterPolicy', table: parseName(table), policy: policyOf(name, options) })),
    renamePolicy: (table, from, to) =>
      run(() => ({ kind: 'renamePolicy', table: parseName(table), from, to })),
    enableRowSecurity: (table) => run(() => ({ kind: 'enableRowSecurity', table: parseName(table) })),
    disableRowSecurity: (table) => run(() => ({ kind: 'disableRowSecurity', table: parseName(table) })),
    createEnum: (name, values) =>
      run(() => ({ kind: 'createEnum', enum: { kind: 'enum', ...parseName(name), values } })),
    dropEnum: (name) => run(() => ({ kind: 'dropEnum', name: parseName(name) })),
    renameEnum: (from, to) => run(() => ({ kind: 'renameEnum', ...fromTo(from, to) })),
    renameEnumValue: (name, from, to) =>
      run(() => ({ kind: 'renameEnumValue', name: parseName(name), from, to })),
    alterEnum: (name, change) =>
      run(() => ({
        kind: 'alterEnum',
        name: parseName(name),
        from: change.from,
        to: change.to,
        columns: (change.columns ?? []).map((each) => ({
          table: parseName(each.table),
          column: each.column,
          default: defaultValue(each.default ?? null),
        })),
        ...(change.remake ? { remake: true as const } : {}),
      })),
    createSequence: (name, { type, ...options } = {}) =>
      run(() => ({
        kind: 'createSequence',
        sequence: { kind: 'sequence', ...parseName(name), ...(type === undefined ? {} : { type }), options },
      })),
    dropSequence: (name) => run(() => ({ kind: 'dropSequence', name: parseName(name) })),
    alterSequence: (name, to) => run(() => ({ kind: 'alterSequence', name: parseName(name), to })),
    renameSequence: (from, to) => run(() => ({ kind: 'renameSequence', ...fromTo(from, to) })),
    createRole: (name, options) => run(() => ({ kind: 'createRole', role: roleOf(name, options) })),
    dropRole: (name) => run(() => ({ kind: 'dropRole', name })),
    alterRole: (name, options) => run(() => ({ kind: 'alterRole', role: roleOf(name, options) })),
    createSchema: (name) => run(() => ({ kind: 'createSchema', name })),
    dropSchema: (name) => run(() => ({ kind: 'dropSchema', name })),
    renameSchema: (from, to) => run(() => ({ kind: 'renameSchema', from, to })),
    createExtension: (name, { ifNotExists, ...options } = {}) =>
      run(() => ({ kind: 'createExtension', name, ...options, ...(ifNotExists ? { ifNotExists } : {}) })),
    dropExtension: (name) => run(() => ({ kind: 'dropExtension', name })),
    comment: (on, text) => run(() => ({ kind: 'comment', target: commentTarget(on), text })),
    createObject: (object) => run(() => ({ kind: 'createObject', object: objectOf(object) })),
    dropObject: (object) => run(() => ({ kind: 'dropObject', object: objectOf(object) })),
    replaceObject: (object, was) =>
      run(() => ({ kind: 'replaceObject', object: objectOf(object), was: objectOf(was) })),
    run: (operations) => {
      const all = Promise.all(
        [operations].flat().map((each) =>
          push(async () => {
            const operation = operationOf(each, given);
            try {
              await send(operation);
            } catch (error) {
              throw misread(error, operation, given);
            }
          }),
        ),
      );
      const done = all.then(() => undefined);
      done.catch(() => undefined);
      return done;
    },
    execute: (statement) => run(() => ({ kind: 'execute', sql: sqlParts(statement) })),
    bulkInsert: (table, rows) => run(() => insertOf(table, rows)),
    backfill: (backfill) => run(() => backfillOf(backfill)),
  };
}

const given = 'op.run was given';

/** Values of rows are the user's own, and stay as they are. */
function frozen(operation: Operation): Operation {
  return ['insert', 'execute', 'backfill', 'own'].includes(operation.kind)
    ? Object.freeze(operation)
    : deepFreeze(operation);
}

function fromTo(from: ObjectName, to: ObjectName): { from: QualifiedName; to: QualifiedName } {
  return { from: parseName(from), to: parseName(to) };
}
