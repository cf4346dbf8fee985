/**
 * The revision graph: what there is, what a name means, and what a command would do. Pure and synchronous;
 * it knows neither files nor databases. The rules are Alembic's (docs/differences-from-alembic.md says where not).
 */
import { RevError } from '../errors.js';
import { type CreateOptions, type MergeOptions, planCreate, planMerge } from './create.js';
import { buildDag, type Dag } from './dag.js';
import { findFaults } from './faults.js';
import { type HistoryRange, listHistory } from './history.js';
import { propagateLabels } from './labels.js';
import { type Layout, layoutRevisions } from './layout.js';
import { nearNames } from './near.js';
import { planDowngrade } from './plan-downgrade.js';
import { planStamp } from './plan-stamp.js';
import { planUpgrade } from './plan-upgrade.js';
import { branchTips, ends, idsOf, membersOf, reach } from './reach.js';
import { planRebase, type Rebase, type RebaseOptions, rebaseCommands } from './rebase.js';
import type { Plan, RevisionNode } from './revision.js';
import { readRows } from './rows.js';
import { resolveTarget } from './targets.js';
import { quote, sentence } from './wording.js';

export type { CreateOptions, MergeOptions } from './create.js';
export type { HistoryRange } from './history.js';
export type { Layout, Line, PlacedRevision } from './layout.js';
export type { Rebase, RebaseOptions } from './rebase.js';
export type { Plan, RevisionNode, RowChange, Step } from './revision.js';

/** Version rows without those that lie under another row. */
export interface NormalizedRows {
  /** The tips, oldest first. */
  readonly rows: readonly string[];
  /** Rows that are ancestors of another row: no run leaves such, but an edit by hand or another tool may. */
  readonly dropped: readonly string[];
}

/** An immutable graph of revisions. All lists of ids are oldest first unless they say otherwise. */
export class RevisionGraph {
  readonly #dag: Dag;
  #labels: readonly (readonly string[])[] | undefined;

  private constructor(dag: Dag) {
    this.#dag = dag;
  }

  /**
   * Builds the graph, in time linear in revisions and edges. The order of the list does not matter.
   * @throws RevError REV_NAME, REV_DUPLICATE_REVISION, REV_LABEL, REV_MISSING_PARENT, REV_CYCLE
   */
  static of(revisions: readonly RevisionNode[]): RevisionGraph {
    return new RevisionGraph(buildDag(revisions));
  }

  /**
   * The same of revisions that may be wrong: every fault that keeps them from being a graph, and the graph that is left
   * without what is at fault.
   */
  static inspect(revisions: readonly RevisionNode[]): {
    readonly faults: readonly RevError[];
    readonly graph: RevisionGraph;
  } {
    const { faults, sound } = findFaults(revisions);
    return { faults, graph: RevisionGraph.of(sound) };
  }

  get size(): number {
    return this.#dag.nodes.length;
  }

  /** All ids in the graph's one order: what a revision needs comes before it; ties go by creation time, then id. */
  get ids(): readonly string[] {
    return this.#dag.nodes.map((node) => node.id);
  }

  has(id: string): boolean {
    return this.#dag.ids.has(id);
  }

  get(id: string): RevisionNode | undefined {
    return this.#dag.nodes[this.#dag.ids.get(id) ?? -1];
  }

  /** Revisions without children. */
  heads(): string[] {
    return idsOf(this.#dag, ends(this.#dag.up));
  }

  /** Revisions that nothing revises or depends on: the rows of a database that is up to date. */
  realHeads(): string[] {
    return idsOf(this.#dag, ends(this.#dag.neededBy));
  }

  /** Revisions without parents. */
  bases(): string[] {
    return idsOf(this.#dag, ends(this.#dag.down));
  }

  /** Revisions with several children. */
  branchPoints(): string[] {
    return this.#where((at) => (this.#dag.up[at] ?? []).length > 1);
  }

  /** Revisions with several parents. */
  mergePoints(): string[] {
    return this.#where((at) => (this.#dag.down[at] ?? []).length > 1);
  }

  /**
   * Parents, in the order written, without those that are ancestors of another parent.
   * @throws RevError REV_UNKNOWN_REVISION
   */
  parentsOf(id: string): string[] {
    return idsOf(this.#dag, this.#dag.down[this.#at(id)] ?? []);
  }

  /**
   * The other way of `parentsOf`.
   * @throws RevError REV_UNKNOWN_REVISION
   */
  childrenOf(id: string): string[] {
    return idsOf(this.#dag, this.#dag.up[this.#at(id)] ?? []);
  }

  /**
   * Revisions that have to be applied first without being parents; a label stands for its revision.
   * @throws RevError REV_UNKNOWN_REVISION
   */
  dependenciesOf(id: string): string[] {
    const at = this.#at(id);
    const parents = this.#dag.down[at] ?? [];
    return idsOf(this.#dag, [...new Set(this.#dag.needs[at]?.slice(parents.length))]);
  }

  /**
   * The labels that a revision is shown with: its own, those of its ancestors, and those of its descendants
   * up to the branch point before them.
   * @throws RevError REV_UNKNOWN_REVISION
   */
  labelsOf(id: string): readonly string[] {
    const at = this.#at(id);
    this.#labels ??= propagateLabels(this.#dag);
    return this.#labels[at] ?? [];
  }

  /**
   * The ids that an absolute name stands for: an id, a label, the beginning of one, `head`, `heads`, `base` (none),
   * each also with `branch@` before it. `heads` alone are the real heads, `branch@heads` the branch's own.
   * @throws RevError REV_UNKNOWN_REVISION, REV_AMBIGUOUS_REVISION, REV_MULTIPLE_HEADS, REV_TARGET
   */
  resolve(name: string): string[] {
    return idsOf(this.#dag, resolveTarget(this.#dag, name, 'show'));
  }

  /**
   * What `upgrade` does from the given version rows. Applied already: a plan without steps.
   * @throws RevError REV_ROWS, REV_UNKNOWN_REVISION, REV_AMBIGUOUS_REVISION, REV_MULTIPLE_HEADS, REV_TARGET
   */
  planUpgrade(rows: readonly string[], target: string): Plan {
    return planUpgrade(this.#dag, rows, target);
  }

  /**
   * What `downgrade` does from the given version rows: everything that stands on the target goes,
   * dependents on other branches included.
   * @throws RevError REV_ROWS, REV_UNKNOWN_REVISION, REV_AMBIGUOUS_REVISION, REV_MULTIPLE_HEADS, REV_TARGET
   */
  planDowngrade(rows: readonly string[], target: string): Plan {
    return planDowngrade(this.#dag, rows, target);
  }

  /**
   * What `stamp` writes: what stands on a target is forgotten, what it needs is taken as applied, the rest stays.
   * With `purge` all rows are deleted first, so it works whatever they say.
   * @throws RevError REV_ROWS, REV_UNKNOWN_REVISION, REV_AMBIGUOUS_REVISION, REV_MULTIPLE_HEADS, REV_TARGET, REV_USAGE
   */
  planStamp(
    rows: readonly string[],
    targets: readonly string[],
    options: { readonly purge?: boolean } = {},
  ): Plan {
    return planStamp(this.#dag, rows, targets, options);
  }

  /**
   * The ids of a range, newest first. The rows matter to `current` only.
   * @throws RevError REV_UNKNOWN_REVISION, REV_AMBIGUOUS_REVISION, REV_MULTIPLE_HEADS, REV_ROWS, REV_TARGET
   */
  history(range: HistoryRange = {}, rows: readonly string[] = []): string[] {
    return listHistory(this.#dag, range, rows);
  }

  /**
   * Where the given revisions go in a picture, given newest first: what `history` returns.
   * @throws RevError REV_UNKNOWN_REVISION
   */
  layout(ids: readonly string[]): Layout {
    return layoutRevisions(
      ids.map((id) => ({ id, parents: this.parentsOf(id), depends: this.dependenciesOf(id) })),
    );
  }

  /**
   * The parents of a new revision.
   * @throws RevError REV_MULTIPLE_HEADS, REV_UNKNOWN_REVISION, REV_AMBIGUOUS_REVISION, REV_TARGET, REV_USAGE
   */
  planCreate(options: CreateOptions = {}): string[] {
    return planCreate(this.#dag, options);
  }

  /**
   * The parents of a merge revision, by default all heads.
   * @throws RevError REV_USAGE, REV_TARGET, REV_MULTIPLE_HEADS, REV_UNKNOWN_REVISION, REV_AMBIGUOUS_REVISION
   */
  planMerge(targets: readonly string[] = ['heads'], options: MergeOptions = {}): string[] {
    return planMerge(this.#dag, targets, options);
  }

  /**
   * Which revision gets which other parents, so that its branch stands on another one.
   * @throws RevError REV_USAGE, REV_TARGET, REV_MULTIPLE_HEADS, REV_UNKNOWN_REVISION, REV_AMBIGUOUS_REVISION
   */
  planRebase(name: string | undefined, options: RebaseOptions = {}): Rebase {
    return planRebase(this.#dag, name, options);
  }

  /** The commands that would put one of several heads onto another; none where each would be a circle. */
  rebaseCommands(): readonly string[] {
    return rebaseCommands(this.#dag);
  }

  /**
   * Everything that has to be applied for a revision, itself included.
   * @throws RevError REV_UNKNOWN_REVISION
   */
  neededFor(id: string): string[] {
    return idsOf(this.#dag, membersOf(reach(this.#dag.needs, [this.#at(id)])));
  }

  /**
   * Where the database is: the top of every branch that is applied, also where it has no row because another
   * branch depends on it.
   * @throws RevError REV_ROWS
   */
  current(rows: readonly string[]): string[] {
    return idsOf(this.#dag, branchTips(this.#dag, readRows(this.#dag, rows).members));
  }

  /**
   * For each of several revisions, what has to be applied for it (itself included) and not for all of them: what their
   * branches have done since they parted.
   * @throws RevError REV_UNKNOWN_REVISION
   */
  unshared(ids: readonly string[]): string[][] {
    const sets = ids.map((id) => reach(this.#dag.needs, [this.#at(id)]));
    return sets.map((set) =>
      idsOf(
        this.#dag,
        membersOf(set).filter((at) => sets.some((other) => other[at] !== 1)),
      ),
    );
  }

  /**
   * Everything that the version rows say is applied.
   * @throws RevError REV_ROWS
   */
  applied(rows: readonly string[]): string[] {
    return idsOf(this.#dag, membersOf(readRows(this.#dag, rows).members));
  }

  /**
   * Separates the rows that lie under another row.
   * @throws RevError REV_ROWS when a row names a revision that is not there
   */
  normalizeRows(rows: readonly string[]): NormalizedRows {
    const applied = readRows(this.#dag, rows);
    return { rows: idsOf(this.#dag, applied.rows), dropped: applied.dropped };
  }

  #where(holds: (at: number) => boolean): string[] {
    return this.#dag.nodes.flatMap((node, at) => (holds(at) ? [node.id] : []));
  }

  #at(id: string): number {
    const at = this.#dag.ids.get(id);
    if (at !== undefined) return at;
    const near = nearNames(id, this.#dag.ids.keys());
    throw new RevError('REV_UNKNOWN_REVISION', `There is no revision ${quote(id)}.`, {
      hint: near.length > 0 ? `Did you mean ${sentence(near)}?` : '`rev history` lists all revisions.',
      data: { name: id, near },
    });
  }
}
