import type { Operation } from './operation.js';
import { type Touch, touches } from './touches.js';

/** An operation, and the revision whose it is. */
export interface OwnedOperation {
  readonly revision: string;
  readonly operation: Operation;
}

/** What both of two histories touch. */
export interface Overlap {
  /** `conflict`: it matters which comes first, or the second cannot run. `sameTable`: other parts of one table. */
  readonly kind: 'conflict' | 'sameTable';
  /** `column users.name` */
  readonly object: string;
  readonly left: readonly OwnedOperation[];
  readonly right: readonly OwnedOperation[];
}

/**
 * What two histories that nobody has run together touch both: conflicts first, each object once; then the tables of
 * which both change parts, where there is no conflict in them.
 */
export function findOverlaps(
  left: readonly OwnedOperation[],
  right: readonly OwnedOperation[],
): readonly Overlap[] {
  const ours = collect(left);
  const theirs = collect(right);
  const conflicts = new Findings('conflict');
  for (const mine of ours.all) {
    for (const other of theirs.byKey.get(mine.key) ?? []) {
      if (disturb(mine, other)) conflicts.note(mine, mine, other);
    }
    if (mine.kind === 'drop') {
      for (const other of theirs.inside.get(mine.key) ?? []) conflicts.note(mine, mine, other);
    }
    for (const container of mine.within) {
      for (const other of theirs.byKey.get(container.key) ?? []) {
        if (other.kind === 'drop') conflicts.note(other, mine, other);
      }
    }
  }
  const neighbours = new Findings('sameTable');
  for (const mine of ours.all.filter(changes)) {
    for (const table of mine.within.filter(({ kind }) => kind === 'table')) {
      if (conflicts.covers(table.key)) continue;
      for (const other of theirs.inside.get(table.key) ?? []) {
        if (changes(other)) neighbours.note({ ...table, within: [] }, mine, other);
      }
    }
  }
  return [...conflicts.list(), ...neighbours.list()];
}

interface OwnedTouch extends Touch {
  readonly by: OwnedOperation;
}

interface Collected {
  readonly all: readonly OwnedTouch[];
  readonly byKey: ReadonlyMap<string, readonly OwnedTouch[]>;
  /** By the key of each container. */
  readonly inside: ReadonlyMap<string, readonly OwnedTouch[]>;
}

function collect(operations: readonly OwnedOperation[]): Collected {
  const all = operations.flatMap((by) => touches(by.operation).map((touch) => ({ ...touch, by })));
  const byKey = new Map<string, OwnedTouch[]>();
  const inside = new Map<string, OwnedTouch[]>();
  const put = (map: Map<string, OwnedTouch[]>, key: string, touch: OwnedTouch) => {
    const list = map.get(key);
    if (list) list.push(touch);
    else map.set(key, [touch]);
  };
  for (const touch of all) {
    put(byKey, touch.key, touch);
    for (const { key } of touch.within) put(inside, key, touch);
  }
  return { all, byKey, inside };
}

/** Whether the order of two touches of one object matters. To alter what the other leans on or fills does not. */
function disturb(a: Touch, b: Touch): boolean {
  const kinds = [a.kind, b.kind];
  if (changes(a) && changes(b) && !kinds.includes('fill')) return true;
  return kinds.includes('add') || kinds.includes('drop');
}

function changes({ kind }: Touch): boolean {
  return kind !== 'use';
}

class Findings {
  readonly #kind: Overlap['kind'];
  readonly #found = new Map<
    string,
    { on: Pick<Touch, 'object' | 'within'>; left: Set<OwnedOperation>; right: Set<OwnedOperation> }
  >();
  readonly #containers = new Set<string>();

  constructor(kind: Overlap['kind']) {
    this.#kind = kind;
  }

  note(on: Pick<Touch, 'object' | 'key' | 'within'>, mine: OwnedTouch, other: OwnedTouch): void {
    const finding = this.#found.get(on.key) ?? { on, left: new Set(), right: new Set() };
    finding.left.add(mine.by);
    finding.right.add(other.by);
    this.#found.set(on.key, finding);
    for (const { key } of on.within) this.#containers.add(key);
  }

  /** Whether the object, or a part of it, is among the findings. */
  covers(key: string): boolean {
    return this.#found.has(key) || this.#containers.has(key);
  }

  list(): readonly Overlap[] {
    return [...this.#found.values()].map(({ on, left, right }) => ({
      kind: this.#kind,
      object: on.object,
      left: [...left],
      right: [...right],
    }));
  }
}
