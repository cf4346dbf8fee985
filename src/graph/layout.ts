/**
 * Where each revision of a picture goes: a row of its own, newest first, and a lane, with lines that run down from
 * children to parents. Pure data; what draws it is not its business.
 */

export interface LayoutRevision {
  readonly id: string;
  readonly parents: readonly string[];
  /** What it depends on without being its child: that comes lower, but no line leads there. */
  readonly depends: readonly string[];
}

export interface PlacedRevision {
  readonly id: string;
  readonly row: number;
  readonly lane: number;
  /** Parents that are not in the picture. */
  readonly outside: readonly string[];
}

/**
 * The way from a child to a parent. Under the child's row it goes over to its lane, and stays there; no revision but
 * its parent ever lies on it. Of two lines to the same parent the right one goes over to the left one at once.
 */
export interface Line {
  /** The child's row. */
  readonly from: number;
  /** The parent's row. */
  readonly to: number;
  readonly lane: number;
  /** The row under which it leaves its lane for the one of another line to the same parent. */
  readonly joins?: { readonly below: number; readonly lane: number };
}

export interface Layout {
  /** By row. */
  readonly revisions: readonly PlacedRevision[];
  /** By the child's row, in the order of the child's parents. */
  readonly lines: readonly Line[];
  /** How many lanes there are. */
  readonly lanes: number;
}

interface OpenLine {
  readonly from: number;
  readonly parent: number;
  readonly lane: number;
  joins?: { readonly below: number; readonly lane: number };
}

/**
 * Lays out revisions of a sound graph, given newest first. Lanes never move: a line stays where it has begun.
 * O(revisions + edges), times the lanes where one has to be found.
 */
export function layoutRevisions(revisions: readonly LayoutRevision[]): Layout {
  const index = new Map(revisions.map(({ id }, at) => [id, at]));
  const shown = (ids: readonly string[]) => [...new Set(ids)].flatMap((id) => index.get(id) ?? []);
  const parents = revisions.map((each) => shown(each.parents));
  const order = drawingOrder(
    parents,
    revisions.map((each) => shown(each.depends)),
  );
  const rows = new Uint32Array(revisions.length);
  const lines: OpenLine[] = [];
  const lanes = new Lanes();
  const placed = order.flatMap((at, row): PlacedRevision[] => {
    const revision = revisions[at];
    if (!revision) return [];
    rows[at] = row;
    const lane = lanes.arriveAt(at);
    lines.push(...lanes.leave(row, lane, parents[at] ?? []));
    return [{ id: revision.id, row, lane, outside: revision.parents.filter((id) => !index.has(id)) }];
  });
  return {
    revisions: placed,
    lines: lines.map(({ parent, ...line }) => ({ ...line, to: rows[parent] ?? 0 })),
    lanes: lanes.count,
  };
}

/**
 * Newest first, no parent before its children, and lines kept together: what was merged comes right under its merge,
 * before the line that it was merged into goes on.
 */
function drawingOrder(
  parents: readonly (readonly number[])[],
  depends: readonly (readonly number[])[],
): readonly number[] {
  const waitsFor = new Uint32Array(parents.length);
  const below = parents.map((list, at) => [...(depends[at] ?? []), ...list]);
  for (const at of below.flat()) waitsFor[at] = (waitsFor[at] ?? 0) + 1;
  const ready = [...waitsFor.keys()].filter((at) => waitsFor[at] === 0).reverse();
  const order: number[] = [];
  for (let at = ready.pop(); at !== undefined; at = ready.pop()) {
    order.push(at);
    for (const next of below[at] ?? []) {
      waitsFor[next] = (waitsFor[next] ?? 0) - 1;
      if (waitsFor[next] === 0) ready.push(next);
    }
  }
  return order;
}

/** The lanes at one row, and the line that runs in each. */
class Lanes {
  readonly #taken: boolean[] = [];
  /** The line that leads to a revision; others that lead there have joined it. */
  readonly #leadingTo = new Map<number, OpenLine>();

  get count(): number {
    return this.#taken.length;
  }

  /** The lane of a revision whose row has come. */
  arriveAt(at: number): number {
    const line = this.#leadingTo.get(at);
    this.#leadingTo.delete(at);
    const lane = line?.lane ?? this.#firstFree();
    this.#taken[lane] = true;
    return lane;
  }

  /** Lines to the parents: the first keeps the lane, the others open the nearest free ones. */
  leave(row: number, lane: number, parents: readonly number[]): readonly OpenLine[] {
    const left: number[] = parents.length === 0 ? [lane] : [];
    const lines = parents.map((parent, turn) => {
      const line: OpenLine = { from: row, parent, lane: turn === 0 ? lane : this.#nearestFree(lane) };
      this.#taken[line.lane] = true;
      const other = this.#leadingTo.get(parent);
      const [kept, joining] = other && other.lane < line.lane ? [other, line] : [line, other];
      this.#leadingTo.set(parent, kept);
      if (joining) {
        joining.joins = { below: row, lane: kept.lane };
        left.push(joining.lane);
      }
      return line;
    });
    for (const each of left) this.#taken[each] = false;
    return lines;
  }

  #firstFree(): number {
    const at = this.#taken.indexOf(false);
    return at < 0 ? this.#taken.length : at;
  }

  /** Right before left, so that what came first stays on the left. */
  #nearestFree(lane: number): number {
    for (let distance = 1; ; distance++) {
      if (!this.#taken[lane + distance]) return lane + distance;
      if (lane >= distance && !this.#taken[lane - distance]) return lane - distance;
    }
  }
}
