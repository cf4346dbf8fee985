/** What drizzle-kit is asked for each migration: the SQL that leads back. */

import { isDeepStrictEqual } from 'node:util';
import type { DialectName } from '../../catalog/index.js';
import type { KitHistory, KitMigration, Snapshot } from './history.js';
import { mergedState } from './merged-state.js';
import { halfway, withoutRenames } from './old-snapshot.js';
import { findRenames, type KitRename } from './renames.js';
import { splitStatements } from './statements.js';

/** A state of a schema, in a way that drizzle-kit can be given it. */
export type State =
  | { readonly kind: 'empty' }
  | { readonly kind: 'snapshot'; readonly snapshot: Snapshot }
  /** A snapshot of 0.31 for drizzle-kit 1.x, which brings it up itself. */
  | { readonly kind: 'old'; readonly snapshot: Snapshot }
  /** What the snapshots of 1.x lead to, where each holds only its own changes (PostgreSQL). */
  | { readonly kind: 'at'; readonly ids: readonly string[] };

export interface Job {
  /** The migration's. */
  readonly name: string;
  /** From the newest to the oldest; each next one is a step. */
  readonly states: readonly State[];
  /** What the migration renamed: answers to what drizzle-kit 1.x asks. */
  readonly renames: readonly KitRename[];
  /** Statements that come first: renames that 0.31 is not told of. */
  readonly before: readonly string[];
}

/** Either drizzle-kit can say, or it is known why not. */
export type Question =
  | { readonly kind: 'ask'; readonly job: Job }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'impossible'; readonly why: string };

export type KitLine = '0.31' | '1.x';

/** What to ask about one migration of `history`. `line`: the drizzle-kit that is installed. */
export function questionFor(history: KitHistory, migration: KitMigration, line: KitLine): Question {
  const impossible = (why: string): Question => ({ kind: 'impossible', why });
  const { dialect, format } = history;
  const statements = splitStatements(migration.sql);
  const byName = new Map(history.migrations.map((each) => [each.name, each]));
  const parents = migration.parents.flatMap((name) => byName.get(name) ?? []);
  if (format === '1.x' && line === '0.31')
    return impossible('the migrations are of drizzle-kit 1.x, and the project has drizzle-kit 0.31');
  if (!migration.snapshot) return impossible('there is no snapshot of it');
  if (parents.some((parent) => !parent.snapshot))
    return impossible('there is no snapshot of the migration before it');
  if (format === '0.31' && !follows(migration.snapshot, parents[0]?.snapshot))
    return impossible('its snapshot does not follow the one of the migration before it');
  const before = stateBefore(history, parents, byName);
  if (isUnchanged(history, migration, parents)) {
    return statements.length === 0
      ? { kind: 'nothing' }
      : impossible('written by hand; drizzle-kit knows nothing of what its SQL does');
  }
  const renames = findRenames(statements, dialect);
  const { name, snapshot } = migration;
  if (format === '1.x') {
    const after: State =
      dialect === 'postgres' ? { kind: 'at', ids: [String(snapshot.id)] } : whole(snapshot);
    return { kind: 'ask', job: { name, states: [after, before], renames, before: [] } };
  }
  if (line === '1.x') {
    const states = [whole(snapshot), before].map((state) =>
      state.kind === 'snapshot' ? ({ ...state, kind: 'old' } as const) : state,
    );
    return { kind: 'ask', job: { name, states, renames, before: [] } };
  }
  const undone = withoutRenames(snapshot, renames);
  const target = parents[0]?.snapshot;
  const half = target ? halfway(undone, target) : null;
  const states = [whole(undone), ...(half ? [whole(half)] : []), before];
  return {
    kind: 'ask',
    job: { name, states, renames: [], before: renames.toReversed().map(({ undo }) => undo) },
  };
}

function whole(snapshot: Snapshot): State {
  return { kind: 'snapshot', snapshot };
}

function stateBefore(
  { format, dialect }: KitHistory,
  parents: readonly KitMigration[],
  byName: ReadonlyMap<string, KitMigration>,
): State {
  const [only] = parents;
  if (!only?.snapshot) return { kind: 'empty' };
  if (format === '1.x' && dialect === 'postgres')
    return { kind: 'at', ids: parents.map(({ snapshot }) => String(snapshot?.id)) };
  return whole(parents.length === 1 ? only.snapshot : mergedState(parents, byName));
}

/** 0.31 chains its snapshots; branches that were merged by hand may have broken the chain. */
function follows(snapshot: Snapshot, parent: Snapshot | null | undefined): boolean {
  return parent ? snapshot.prevId === parent.id : true;
}

/** What `drizzle-kit generate --custom` leaves: another snapshot of the same schema. */
function isUnchanged(
  { format, dialect }: KitHistory,
  { snapshot }: KitMigration,
  parents: readonly KitMigration[],
): boolean {
  if (parents.length !== 1) return format === '1.x' && isEmptyList(snapshot?.deltas);
  if (format === '1.x' && dialect === 'postgres' && snapshot?.type !== 'base')
    return isEmptyList(snapshot?.deltas);
  return isDeepStrictEqual(contentOf(snapshot), contentOf(parents[0]?.snapshot));
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function contentOf(snapshot: Snapshot | null | undefined): Snapshot {
  const {
    id: _id,
    prevId: _prevId,
    prevIds: _prevIds,
    renames: _renames,
    _meta,
    ...content
  } = snapshot ?? {};
  return content;
}

/** The module of drizzle-kit that answers. */
export function kitModule(line: KitLine, dialect: DialectName): string {
  return line === '0.31' ? 'drizzle-kit/api' : `drizzle-kit/payload/${dialect}`;
}
