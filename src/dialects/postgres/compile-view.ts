import { displayName, findView, type QualifiedName, type View } from '../../catalog/index.js';
import { RevError } from '../../errors.js';
import type { AlterView, CreateView, DropView, RenameView } from '../../operations/index.js';
import { closedExpression } from './expressions.js';
import { keepView, restoreView } from './kept.js';
import { identifier, literal } from './quote.js';
import { moved } from './replace-view.js';

/** Views and materialized views as SQL. */

export function createView({ view, restore }: CreateView): readonly string[] {
  const name = nameOf(view);
  const start = view.materialized
    ? [
        `CREATE MATERIALIZED VIEW ${identifier(name)}`,
        ...(view.method === undefined ? [] : [`USING ${identifier(view.method)}`]),
        ...withClause(view),
        ...(view.tablespace === undefined ? [] : [`TABLESPACE ${identifier(view.tablespace)}`]),
      ]
    : [`CREATE VIEW ${identifier(name)}`, ...withClause(view)];
  const end = view.materialized && view.noData ? '\nWITH NO DATA' : '';
  return [`${start.join(' ')} AS\n${closed(view, end)}`, ...(restore ? [restoreView(name)] : [])];
}

export function dropView({ name, materialized, keep }: DropView): readonly string[] {
  return [...(keep ? [keepView(name)] : []), `DROP ${words(materialized)} ${identifier(name)}`];
}

/** @param known the views before; read for a materialized one of which the operation does not say what it was. */
export function alterView({ view, was }: AlterView, known: readonly View[]): readonly string[] {
  if (view.materialized) return alterParameters(view, was ?? findView(known, view));
  const start = [`CREATE OR REPLACE VIEW ${identifier(nameOf(view))}`, ...withClause(view)];
  return [`${start.join(' ')} AS\n${closed(view, '')}`];
}

export function renameView({ from, to, materialized }: RenameView): readonly string[] {
  if (from.schema !== to.schema) {
    throw new RevError(
      'REV_UNSUPPORTED',
      `View ${displayName(from)} cannot be renamed into another schema.`,
      { hint: 'Write dropView and createView.' },
    );
  }
  return [`ALTER ${words(materialized)} ${identifier(from)} RENAME TO ${identifier(to.name)}`];
}

/** PostgreSQL replaces no materialized view: of one that stays, only where it is stored and how can change. */
function alterParameters(view: View, was: View | undefined): readonly string[] {
  const [before, after] = [was?.with ?? {}, view.with ?? was?.with ?? {}];
  const alter = `ALTER MATERIALIZED VIEW ${identifier(nameOf(view))}`;
  if (was && moved(was.method, view.method)) {
    throw new RevError(
      'REV_UNSUPPORTED',
      `PostgreSQL cannot change the access method of the materialized view ${displayName(view)} here.`,
      { hint: 'Write dropView with { keep: true } and createView with { restore: true }.' },
    );
  }
  const set = Object.entries(after).filter(([key, value]) => before[key] !== value);
  const reset = Object.keys(before).filter((key) => !(key in after));
  return [
    ...(set.length === 0
      ? []
      : [`${alter} SET (${set.map(([key, value]) => `${parameter(key)} = ${literal(value)}`).join(', ')})`]),
    ...(reset.length === 0 ? [] : [`${alter} RESET (${reset.map(parameter).join(', ')})`]),
    ...(moved(was?.tablespace, view.tablespace)
      ? [`${alter} SET TABLESPACE ${identifier(view.tablespace ?? 'pg_default')}`]
      : []),
  ];
}

function withClause(view: View): readonly string[] {
  const options = Object.entries(view.with ?? {});
  if (options.length === 0) return [];
  return [`WITH (${options.map(([key, value]) => `${parameter(key)} = ${literal(value)}`).join(', ')})`];
}

/** `fillfactor`, `toast.autovacuum_enabled`. */
function parameter(name: string): string {
  return name
    .split('.')
    .map((part) => identifier(part))
    .join('.');
}

function closed({ query }: View, end: string): string {
  return end === '' ? query : `${closedExpression(query)}${end}`;
}

function words(materialized: boolean): string {
  return materialized ? 'MATERIALIZED VIEW' : 'VIEW';
}

function nameOf({ schema, name }: QualifiedName): QualifiedName {
  return { schema, name };
}
