import { compareNames, compareText, nameKey, type QualifiedName, type Table } from '../catalog/index.js';

export interface OrderedTables {
  /** Parents before children as far as there is no cycle. */
  readonly tables: readonly Table[];
  /** Foreign keys that close a cycle, by the key of their table: they come after all tables. */
  readonly late: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * New tables in the order of their foreign keys. Deterministic: ties by name. Linear in tables and keys.
 * `late` holds, for each table, the keys (nameKey) of the tables whose foreign keys must wait.
 */
export function orderTables(tables: readonly Table[]): OrderedTables {
  const sorted = [...tables].sort(compareNames);
  const byKey = new Map(sorted.map((table) => [nameKey(table), table]));
  const state = new Map<string, 'open' | 'done'>();
  const out: Table[] = [];
  const late = new Map<string, Set<string>>();
  for (const start of sorted) {
    if (state.has(nameKey(start))) continue;
    // Depth first with a stack of its own: a long chain of references must not end the process.
    const stack = [{ table: start, parents: parentsOf(start, byKey), at: 0 }];
    state.set(nameKey(start), 'open');
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const parent = top.parents[top.at++];
      if (!parent) {
        state.set(nameKey(top.table), 'done');
        out.push(top.table);
        stack.pop();
      } else if (state.get(nameKey(parent)) === 'open') {
        const waiting = late.get(nameKey(top.table)) ?? new Set();
        late.set(nameKey(top.table), waiting.add(nameKey(parent)));
      } else if (!state.has(nameKey(parent))) {
        state.set(nameKey(parent), 'open');
        stack.push({ table: parent, parents: parentsOf(parent, byKey), at: 0 });
      }
    }
  }
  return { tables: out, late };
}

function parentsOf(table: Table, among: ReadonlyMap<string, Table>): readonly Table[] {
  const parents = new Set<Table>();
  for (const key of table.foreignKeys) {
    const parent = among.get(nameKey(referenceName(key.references)));
    if (parent && parent !== table) parents.add(parent);
  }
  return [...parents].sort((a, b) => compareText(nameKey(a), nameKey(b)));
}

export function referenceName(references: QualifiedName): QualifiedName {
  return { schema: references.schema, name: references.name };
}
