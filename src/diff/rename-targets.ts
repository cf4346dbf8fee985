import {
  type Catalog,
  constraintsOf,
  displayName,
  nameKey,
  type QualifiedName,
  sameName,
} from '../catalog/index.js';
import type { Operation } from '../operations/index.js';

/** What can be renamed, and the path by which a person names it: `users`, `users.name`, `mood.sad`, `app`. */

export type RenameKind =
  | 'schema'
  | 'table'
  | 'view'
  | 'enum'
  | 'sequence'
  | 'column'
  | 'enum value'
  | 'constraint'
  | 'index';

export interface Target {
  readonly kind: RenameKind;
  readonly name: string;
  /** null: the default schema, or a schema itself. */
  readonly schema: string | null;
  /** The table or enum that it is part of. */
  readonly owner: QualifiedName | null;
  /** Of a view: another kind of thing if it is. */
  readonly materialized?: boolean;
}

/** What stands alone is renamed before its parts, and the schema before both. */
export const renameSteps: readonly (readonly RenameKind[])[] = [
  ['schema'],
  ['table', 'view', 'enum', 'sequence'],
  ['column', 'enum value', 'constraint', 'index'],
];

type Owned = QualifiedName & { readonly kind: string };

const listers: { readonly [K in RenameKind]: (catalog: Catalog) => readonly Omit<Target, 'kind'>[] } = {
  schema: ({ schemas }) => schemas.map((name) => ({ name, schema: null, owner: null })),
  table: ({ tables }) => tables.map(alone),
  view: ({ views }) => views.map((view) => ({ ...alone(view), materialized: view.materialized })),
  enum: ({ enums }) => enums.map(alone),
  sequence: ({ sequences }) => sequences.map(alone),
  column: ({ tables }) =>
    tables.flatMap((table) =>
      parts(
        table,
        table.columns.map(({ name }) => name),
      ),
    ),
  'enum value': ({ enums }) => enums.flatMap((each) => parts(each, each.values)),
  constraint: ({ tables }) =>
    tables.flatMap((table) =>
      parts(
        table,
        constraintsOf(table).flatMap(({ name }) => (name === null ? [] : [name])),
      ),
    ),
  index: ({ tables }) =>
    tables.flatMap((table) =>
      parts(
        table,
        table.indexes.map(({ name }) => name),
      ),
    ),
};

export function targetsOf(catalog: Catalog, kind: RenameKind): readonly Target[] {
  return listers[kind](catalog).map((each) => ({ kind, ...each }));
}

export function pathOf({ owner, schema, name }: Target): string {
  return owner ? `${displayName(owner)}.${name}` : displayName({ schema, name });
}

/** By its path. Constraints and indexes have names of their own, and may stand without their table. */
export function findTarget(catalog: Catalog, kind: RenameKind, path: string): Target | undefined {
  const targets = targetsOf(catalog, kind);
  const found = targets.find((each) => pathOf(each) === path);
  if (found || (kind !== 'constraint' && kind !== 'index')) return found;
  const named = targets.filter(
    ({ name, owner }) => displayName({ schema: owner?.schema ?? null, name }) === path,
  );
  return named.length === 1 ? named[0] : undefined;
}

/** Two targets with one key cannot be there at once. */
export function targetKey({ kind, owner, schema, name }: Target): string {
  const place = owner ? `${kind}\u0001${nameKey(owner)}` : kind === 'schema' ? kind : '';
  return `${place}\u0001${nameKey({ schema, name })}`;
}

export function renameOperation(from: Target, to: Target): Operation {
  const [before, after] = [nameOf(from), nameOf(to)];
  const owner = from.owner ?? before;
  const names = { from: from.name, to: to.name };
  switch (from.kind) {
    case 'schema':
      return { kind: 'renameSchema', ...names };
    case 'table':
      return { kind: 'renameTable', from: before, to: after };
    case 'view':
      return { kind: 'renameView', from: before, to: after, materialized: from.materialized === true };
    case 'enum':
      return { kind: 'renameEnum', from: before, to: after };
    case 'sequence':
      return { kind: 'renameSequence', from: before, to: after };
    case 'enum value':
      return { kind: 'renameEnumValue', name: owner, ...names };
    case 'index':
      return { kind: 'renameIndex', table: owner, ...names };
    case 'column':
      return { kind: 'alterTable', table: owner, changes: [{ kind: 'renameColumn', ...names }] };
    case 'constraint':
      return { kind: 'alterTable', table: owner, changes: [{ kind: 'renameConstraint', ...names }] };
  }
}

/** What a name has become by renames that came before. */
export function currentName(name: QualifiedName, renames: readonly Operation[]): QualifiedName {
  return renames.reduce((now, each): QualifiedName => {
    switch (each.kind) {
      case 'renameSchema':
        return now.schema === each.from ? { schema: each.to, name: now.name } : now;
      case 'renameTable':
      case 'renameView':
      case 'renameEnum':
      case 'renameSequence':
        return sameName(now, each.from) ? each.to : now;
      default:
        return now;
    }
  }, plain(name));
}

function alone(each: Owned): Omit<Target, 'kind'> {
  return { ...plain(each), owner: null };
}

function parts(owner: Owned, names: readonly string[]): readonly Omit<Target, 'kind'>[] {
  return names.map((name) => ({ name, schema: null, owner: plain(owner) }));
}

function nameOf({ schema, name }: Target): QualifiedName {
  return { schema, name };
}

function plain({ schema, name }: QualifiedName): QualifiedName {
  return { schema, name };
}
