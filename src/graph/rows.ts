/**
 * Version rows: the tips of what is applied. A row goes when something that needs its revision is applied,
 * and comes back when the last such thing is taken down.
 */
import { RevError } from '../errors.js';
import type { Dag } from './dag.js';
import { nearNames } from './near.js';
import { idOf, idsOf, type NodeSet, reach, setOf, tips } from './reach.js';
import type { RowChange } from './revision.js';
import { lines, plain, quote, sentence } from './wording.js';

/** The version rows, understood. */
export interface Applied {
  /** The tips, oldest first. */
  readonly rows: readonly number[];
  /** Every row that was given, tip or not. */
  readonly given: readonly number[];
  /** Rows that lie under another row. */
  readonly dropped: readonly string[];
  /** Everything that is applied. */
  readonly members: NodeSet;
}

/**
 * Reads the version rows: their order does not matter, and rows under other rows are set apart.
 * @throws RevError REV_ROWS when a row names a revision that is not there
 */
export function readRows(dag: Dag, rows: readonly string[]): Applied {
  const unknown = [...new Set(rows)].filter((row) => !dag.ids.has(row));
  if (unknown.length > 0) throw unknownRows(dag, unknown);
  const given = setOf(
    dag,
    rows.map((row) => dag.ids.get(row) ?? 0),
  );
  const top = tips(dag, given);
  const isTip = new Set(top);
  const all = [...given.keys()].filter((at) => given[at] === 1);
  return {
    rows: top,
    given: all,
    dropped: idsOf(
      dag,
      all.filter((at) => !isTip.has(at)),
    ),
    members: reach(dag.needs, top),
  };
}

/** Follows the version rows through the steps of a plan. */
export class RowLedger {
  readonly #dag: Dag;
  /** For each applied node, how many applied nodes need it. */
  readonly #standing: Uint32Array;
  readonly #rows: Set<number>;
  /** Rows that should not be there: deleted with the first change. */
  #dropped: readonly string[];

  constructor(dag: Dag, applied: Applied) {
    this.#dag = dag;
    this.#rows = new Set(applied.rows);
    this.#dropped = applied.dropped;
    this.#standing = new Uint32Array(dag.nodes.length);
    for (const [at, present] of applied.members.entries()) {
      if (present === 1) for (const need of dag.needs[at] ?? []) this.#count(need, 1);
    }
  }

  /** A node whose needs are all applied is applied. */
  up(at: number): RowChange[] {
    const needs = this.#dag.needs[at] ?? [];
    const covered = needs.filter((need) => this.#count(need, 1) === 1);
    for (const need of covered) this.#rows.delete(need);
    this.#rows.add(at);
    const last = covered.pop();
    const id = idOf(this.#dag, at);
    return [
      ...this.#clean(),
      ...idsOf(this.#dag, covered).map((row): RowChange => ({ kind: 'delete', id: row })),
      last === undefined ? { kind: 'insert', id } : { kind: 'update', from: idOf(this.#dag, last), to: id },
    ];
  }

  /** A node that nothing applied needs is taken down. */
  down(at: number): RowChange[] {
    const needs = this.#dag.needs[at] ?? [];
    const freed = needs.filter((need) => this.#count(need, -1) === 0);
    for (const need of freed) this.#rows.add(need);
    this.#rows.delete(at);
    const last = freed.pop();
    const id = idOf(this.#dag, at);
    return [
      ...this.#clean(),
      ...idsOf(this.#dag, freed).map((row): RowChange => ({ kind: 'insert', id: row })),
      last === undefined ? { kind: 'delete', id } : { kind: 'update', from: id, to: idOf(this.#dag, last) },
    ];
  }

  /** The rows as they are now, oldest first. */
  ids(): string[] {
    return idsOf(
      this.#dag,
      [...this.#rows].sort((a, b) => a - b),
    );
  }

  #count(at: number, by: 1 | -1): number {
    const standing = (this.#standing[at] ?? 0) + by;
    this.#standing[at] = standing;
    return standing;
  }

  #clean(): RowChange[] {
    const changes = this.#dropped.map((id): RowChange => ({ kind: 'delete', id }));
    this.#dropped = [];
    return changes;
  }
}

function unknownRows(dag: Dag, rows: readonly string[]): RevError {
  const near = rows.slice(0, 3).flatMap((row) => nearNames(row, dag.ids.keys()));
  const message =
    rows.length === 1
      ? `The database is at revision ${quote(rows[0] ?? '')}, which is not among the revision files.`
      : `The database is at revisions ${sentence(rows)}, which are not among the revision files.`;
  return new RevError('REV_ROWS', message, {
    hint: [
      'Get the missing file (another branch in git, or a newer version of this project, may have it).',
      ...(near.length > 0 ? [`Similar ids: ${sentence(near)}.`] : []),
      'If it is gone for good, say which revision the database really matches:',
      lines([`rev stamp --purge ${plain(near[0] ?? '<revision>')}`]),
    ].join('\n'),
    data: { rows, near },
  });
}
