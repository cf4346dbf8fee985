/**
 * A program of its own: drizzle-kit ends the process that it runs in where it does not like a schema, and asks questions
 * of whoever sits at a terminal. So it runs here, without one. A request comes on stdin; for each job one line of JSON
 * goes to file descriptor 3, because stdout is drizzle-kit's.
 */

import { readFileSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { DialectName } from '../../catalog/index.js';
import type { Snapshot } from './history.js';
import type { Job, KitLine, State } from './jobs.js';
import type { KitRename } from './renames.js';

export interface Request {
  /** The path of drizzle-kit's module. */
  readonly module: string;
  readonly line: KitLine;
  readonly dialect: DialectName;
  /** Every snapshot of the folder, by the migration's name. */
  readonly snapshots: Readonly<Record<string, Snapshot>>;
  readonly jobs: readonly Job[];
}

export type Answer =
  | { readonly name: string; readonly statements: readonly string[] }
  | { readonly name: string; readonly problem: string };

/** What is called of drizzle-kit, by its own names. */
interface Kit {
  generateDrizzleJson(imports: object): Snapshot | Promise<Snapshot>;
  generateSQLiteDrizzleJson(imports: object): Promise<Snapshot>;
  generateMigration(from: Snapshot, to: Snapshot, options?: { hints: Hint[] }): Promise<string[]>;
  generateSQLiteMigration(from: Snapshot, to: Snapshot): Promise<string[]>;
  upPgSnapshot(snapshot: Snapshot): Snapshot;
  up(snapshot: Snapshot): Snapshot | { readonly snapshot: Snapshot };
  reconstruct(snapshots: Request['snapshots'], id: string): Promise<Snapshot>;
}

type Hint = Readonly<Record<string, unknown>>;

interface MissingHint {
  readonly type: 'confirm_data_loss' | 'rename_or_create';
  readonly kind: string;
  readonly entity: readonly string[];
}

async function main(): Promise<void> {
  const request = JSON.parse(readFileSync(0, 'utf8')) as Request;
  const kit = loadKit(request.module);
  for (const job of request.jobs) {
    const { name } = job;
    answer(typeof kit === 'string' ? { name, problem: kit } : await ask(kit, request, job));
  }
}

/** The module, or why it does not load: it may miss a package itself. */
function loadKit(path: string): Kit | string {
  try {
    return createRequire(path)(path) as Kit;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function answer(value: Answer): void {
  writeSync(3, `${JSON.stringify(value)}\n`);
}

async function ask(kit: Kit, request: Request, job: Job): Promise<Answer> {
  const { name } = job;
  try {
    const states: Snapshot[] = [];
    for (const state of job.states) states.push(await stateOf(kit, request, state));
    const statements = [...job.before];
    for (const [at, state] of states.entries()) {
      const next = states[at + 1];
      if (next) statements.push(...(await generate(kit, request, job, state, next)));
    }
    return { name, statements: statements.map((each) => each.trim()).filter((each) => each !== '') };
  } catch (error) {
    return { name, problem: error instanceof Error ? error.message : String(error) };
  }
}

async function stateOf(kit: Kit, { line, dialect, snapshots }: Request, state: State): Promise<Snapshot> {
  switch (state.kind) {
    case 'empty':
      return line === '0.31' && dialect === 'sqlite'
        ? kit.generateSQLiteDrizzleJson({})
        : kit.generateDrizzleJson({});
    case 'snapshot': {
      const isDated = line === '0.31' && dialect === 'postgres' && state.snapshot.version !== '7';
      return isDated ? kit.upPgSnapshot(state.snapshot) : state.snapshot;
    }
    case 'old': {
      const upped = kit.up(state.snapshot);
      return withNames('snapshot' in upped ? (upped.snapshot as Snapshot) : upped);
    }
    case 'at': {
      const [id = ''] = state.ids;
      if (state.ids.length === 1) return kit.reconstruct(snapshots, id);
      // A migration that changes nothing, where the branches meet.
      const meeting = { type: 'diff', version: '9', dialect, id: 'meeting', prevIds: state.ids };
      const files = { ...snapshots, meeting: { ...meeting, footprints: [], deltas: [] } };
      return kit.reconstruct(files, 'meeting');
    }
  }
}

/**
 * 0.31 has given every constraint its name, but for a key of one column; taken for names that the database chose, they
 * would be left to it.
 */
function withNames(snapshot: Snapshot): Snapshot {
  const ddl = (snapshot.ddl ?? []) as readonly Readonly<Record<string, unknown>>[];
  const isNamed = ({ entityType, columns, ...entity }: Readonly<Record<string, unknown>>) =>
    'nameExplicit' in entity && !(entityType === 'pks' && Array.isArray(columns) && columns.length === 1);
  return {
    ...snapshot,
    ddl: ddl.map((entity) => (isNamed(entity) ? { ...entity, nameExplicit: true } : entity)),
  };
}

async function generate(
  kit: Kit,
  { line, dialect }: Request,
  job: Job,
  from: Snapshot,
  to: Snapshot,
): Promise<readonly string[]> {
  if (line === '0.31')
    return dialect === 'sqlite' ? kit.generateSQLiteMigration(from, to) : kit.generateMigration(from, to);
  const hints: Hint[] = [];
  // It asks about tables first, then about what is in them.
  for (;;) {
    try {
      return await kit.generateMigration(from, to, { hints });
    } catch (error) {
      const missing = (error as { readonly missingHints?: readonly MissingHint[] }).missingHints;
      const fresh = (missing ?? []).map((each) => hintFor(each, job.renames));
      const known = new Set(hints.map((each) => JSON.stringify(each)));
      if (fresh.length === 0 || fresh.every((each) => known.has(JSON.stringify(each)))) throw error;
      hints.push(...fresh);
    }
  }
}

/** On the way back a rename goes the other way; what is not the end of one is new. */
function hintFor({ type, kind, entity }: MissingHint, renames: readonly KitRename[]): Hint {
  if (type === 'confirm_data_loss') return { type, kind, entity };
  const rename = renames.find((each) => isOf(each, kind, entity));
  if (!rename) return { type: 'create', kind, entity };
  const from = entity.length < 3 ? rename.to : [...entity.slice(0, -1), rename.to.at(-1)];
  return { type: 'rename', kind, from, to: entity };
}

const constraints = new Set(['check', 'unique', 'primary_key', 'foreign key']);

function isOf({ kind, from, to }: KitRename, asked: string, entity: readonly string[]): boolean {
  if (kind !== asked && !(kind === 'constraint' && constraints.has(asked))) return false;
  if (from.at(-1) !== entity.at(-1)) return false;
  if (kind === 'index') return from[0] === entity[0];
  if (entity.length < 3) return JSON.stringify(from) === JSON.stringify(entity);
  // The table of the statement may have been renamed by the same migration.
  return from[0] === entity[0] || to[0] === entity[0];
}

await main();
