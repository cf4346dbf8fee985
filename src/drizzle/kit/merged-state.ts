/** What several branches of drizzle-kit 1.x come to together, where its snapshots are whole states (SQLite). */

import type { KitMigration, Snapshot } from './history.js';

interface Entity {
  readonly entityType: string;
  readonly table?: string;
  readonly name?: string;
}

/**
 * The state that a merge begins with: what the first branch has, changed by what each of the others has changed since
 * they parted.
 */
export function mergedState(
  parents: readonly KitMigration[],
  byName: ReadonlyMap<string, KitMigration>,
): Snapshot {
  const [first, ...others] = parents;
  let state = entities(first?.snapshot);
  let behind = ancestors(first, byName);
  for (const other of others) {
    const fork = latestShared(behind, ancestors(other, byName), byName);
    state = merge(entities(fork?.snapshot), state, entities(other.snapshot));
    behind = new Set([...behind, ...ancestors(other, byName)]);
  }
  return { ...first?.snapshot, ddl: [...state.values()], renames: [] };
}

function entities(snapshot: Snapshot | null | undefined): ReadonlyMap<string, Entity> {
  const ddl = (snapshot?.ddl ?? []) as readonly Entity[];
  return new Map(ddl.map((each) => [JSON.stringify([each.entityType, each.table, each.name]), each]));
}

function merge(
  fork: ReadonlyMap<string, Entity>,
  ours: ReadonlyMap<string, Entity>,
  theirs: ReadonlyMap<string, Entity>,
): ReadonlyMap<string, Entity> {
  const merged = new Map(ours);
  for (const [key, entity] of theirs) {
    if (JSON.stringify(entity) !== JSON.stringify(fork.get(key))) merged.set(key, entity);
  }
  for (const key of fork.keys()) if (!theirs.has(key)) merged.delete(key);
  return merged;
}

/** Names, the migration's own among them. */
function ancestors(
  migration: KitMigration | undefined,
  byName: ReadonlyMap<string, KitMigration>,
): Set<string> {
  const found = new Set<string>();
  const open = migration ? [migration.name] : [];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    open.push(...(byName.get(name)?.parents ?? []));
  }
  return found;
}

/** The map's order is the history's, so the last that both have is where they parted. */
function latestShared(
  first: ReadonlySet<string>,
  second: ReadonlySet<string>,
  byName: ReadonlyMap<string, KitMigration>,
): KitMigration | undefined {
  return [...byName.values()].findLast(({ name }) => first.has(name) && second.has(name));
}
