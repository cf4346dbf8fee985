/**
 * What a rebuild leads to, in the names that the columns had before: SQLite itself renames them afterwards, and with
 * them what refers to them anywhere (triggers, views, foreign keys of other tables).
 */

import {
  type Column,
  type Constraint,
  type DefaultValue,
  findColumn,
  sameName,
  type Table,
} from '../../catalog/index.js';
import { type AlterColumn, applyChanges, type TableChange } from '../../operations/index.js';
import { isRowid } from './definition.js';
import { detailsOf, isOfColumnAlone } from './details.js';
import { renameNames } from './expression.js';
import { withoutConstraint } from './find-constraint.js';
import { foldName } from './tokens.js';

/** Where the values of a column come from. */
export interface ColumnSource {
  /** The column that had them; absent: the column is new. */
  readonly from?: string;
  /** An expression over the old columns instead. */
  readonly using?: string;
  /** What stands for null since the column became NOT NULL; for a new column its first default. */
  readonly fill?: DefaultValue;
}

export interface RebuildPlan {
  /** The table after the rebuild and before the renames. */
  readonly after: Table;
  /** By column. */
  readonly sources: ReadonlyMap<string, ColumnSource>;
  readonly renames: readonly (readonly [from: string, to: string])[];
}

export function planRebuild(before: Table, changes: readonly TableChange[]): RebuildPlan {
  const planner = new Planner(before);
  for (const change of changes) planner.apply(change);
  return planner.plan();
}

/** Whether SQLite would give a row that holds null a new number there: the column becomes the rowid. */
export function isNumberedAnew(
  before: Table,
  after: Table,
  column: Column,
  { from, using, fill }: ColumnSource,
): boolean {
  if (!isRowid(after, column) || (fill !== undefined && !column.nullable)) return false;
  return using !== undefined || isNullable(before, from);
}

export function isNullable(table: Table, name: string | undefined): boolean {
  const column = table.columns.find((each) => each.name === name);
  return column?.nullable === true && !isRowid(table, column);
}

class Planner {
  #table: Table;
  readonly #sources: Map<string, ColumnSource>;
  /** The name that a revision uses at this point → the name that the column has in the rebuild. */
  readonly #names: Map<string, string>;

  constructor(before: Table) {
    this.#table = before;
    this.#sources = new Map(before.columns.map(({ name }) => [name, { from: name }]));
    this.#names = new Map(before.columns.map(({ name }) => [name, name]));
  }

  plan(): RebuildPlan {
    return { after: this.#table, sources: this.#sources, renames: orderRenames(this.#names) };
  }

  apply(change: TableChange): void {
    switch (change.kind) {
      case 'renameColumn': {
        const name = this.#name(change.from);
        this.#names.delete(change.from);
        this.#names.set(change.to, name);
        return;
      }
      case 'addColumn': {
        const name = this.#freeName(change.column.name);
        this.#names.set(change.column.name, name);
        const first = change.column.default;
        this.#sources.set(name, first === null ? {} : { fill: first });
        this.#change({ kind: 'addColumn', column: { ...this.#expressions(change.column), name } });
        return;
      }
      case 'dropColumn': {
        const name = this.#name(change.name);
        this.#dropOwnChecks(name);
        this.#change({ kind: 'dropColumn', name });
        this.#names.delete(change.name);
        this.#sources.delete(name);
        return;
      }
      case 'alterColumn': {
        const name = this.#name(change.name);
        this.#change({ ...change, name, to: this.#expressions(change.to) });
        this.#keepValues(name, change);
        return;
      }
      case 'addConstraint':
        this.#change({ ...change, constraint: this.#constraint(change.constraint) });
        return;
      case 'dropConstraint':
        this.#table = withoutConstraint(
          this.#table,
          change.was ? { ...change, was: this.#constraint(change.was) } : change,
        );
        return;
      case 'renameConstraint':
        this.#change(change);
    }
  }

  #change(change: TableChange): void {
    this.#table = applyChanges(this.#table, [change]);
  }

  #keepValues(name: string, { to, using }: AlterColumn): void {
    const source = this.#sources.get(name);
    const column = findColumn(this.#table, name);
    if (!source || !column) return;
    // The default of this moment: later changes may take it away again.
    const fills = to.nullable === false && column.default !== null && !isRowid(this.#table, column);
    this.#sources.set(name, {
      ...source,
      ...(using === undefined ? {} : { using: this.#text(using) }),
      ...(fills && column.default ? { fill: column.default } : {}),
    });
  }

  #name(name: string): string {
    return this.#names.get(name) ?? name;
  }

  /** A new column's own name, unless a column that is renamed still bears it. */
  #freeName(name: string): string {
    let free = name;
    while (this.#table.columns.some((column) => foldName(column.name) === foldName(free)))
      free = `_rev_${free}`;
    return free;
  }

  #text(sql: string): string {
    const changed = [...this.#names].filter(([now, name]) => now !== name);
    return changed.length === 0
      ? sql
      : renameNames(sql, new Map(changed.map(([now, name]) => [foldName(now), name])));
  }

  #expressions<T extends Partial<Pick<Column, 'generated'>>>(holder: T): T {
    if (!holder.generated) return holder;
    return {
      ...holder,
      generated: { ...holder.generated, expression: this.#text(holder.generated.expression) },
    };
  }

  #constraint(constraint: Constraint): Constraint {
    if (constraint.kind === 'check') return { ...constraint, expression: this.#text(constraint.expression) };
    const columns = constraint.columns.map((column) => this.#name(column));
    if (constraint.kind !== 'foreignKey' || !sameName(constraint.references, this.#table)) {
      return { ...constraint, columns };
    }
    const references = {
      ...constraint.references,
      columns: constraint.references.columns.map((column) => this.#name(column)),
    };
    return { ...constraint, columns, references };
  }

  /**
   * A check in the definition of a column goes with it, as it does when SQLite drops the column in place. One that names
   * other columns, too, stays, and whoever drops the column is told.
   */
  #dropOwnChecks(name: string): void {
    const sql = this.#table.live?.sql;
    if (sql === undefined || !findColumn(this.#table, name)) return;
    const own = detailsOf(sql)
      .checksOf(name)
      .filter(({ expression }) => isOfColumnAlone(this.#table, expression, name));
    const isOwn = (check: { readonly name: string | null; readonly expression: string }) =>
      own.some((each) => each.name === check.name && each.expression === check.expression);
    this.#table = { ...this.#table, checks: this.#table.checks.filter((check) => !isOwn(check)) };
  }
}

/** Renames one after the other, so that none meets a name that is still taken: names may have been exchanged. */
function orderRenames(names: ReadonlyMap<string, string>): (readonly [string, string])[] {
  const waiting = new Map([...names].filter(([to, from]) => to !== from).map(([to, from]) => [from, to]));
  const renames: [string, string][] = [];
  while (waiting.size > 0) {
    const taken = new Set([...waiting.keys()].map(foldName));
    const free = [...waiting].find(
      ([from, to]) => !taken.has(foldName(to)) || foldName(from) === foldName(to),
    );
    const [from, to] = free ?? [...waiting][0] ?? ['', ''];
    waiting.delete(from);
    if (free) renames.push([from, to]);
    else {
      const between = `_rev_${from}`;
      renames.push([from, between]);
      waiting.set(between, to);
    }
  }
  return renames;
}
