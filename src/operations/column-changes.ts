import {
  type Column,
  type DefaultValue,
  displayName,
  findColumn,
  type Generated,
  type Identity,
  type Policy,
  renameIdentifier,
  sameName,
  type Table,
} from '../catalog/index.js';
import { RevError } from '../errors.js';
import type { ChangeFaces } from './change-faces.js';
import { renderColumn, renderIdentity } from './render-parts.js';
import { keepsValues } from './type-changes.js';

/** Changes to a table's columns, inside an alterTable. */

export interface AddColumn {
  readonly kind: 'addColumn';
  readonly column: Column;
}

export interface DropColumn {
  readonly kind: 'dropColumn';
  readonly name: string;
  readonly was?: Column;
}

export interface RenameColumn {
  readonly kind: 'renameColumn';
  readonly from: string;
  readonly to: string;
}

/** The facets of a column that change; an absent one stays as it is. */
export interface ColumnFacets {
  readonly type?: string;
  readonly nullable?: boolean;
  readonly default?: DefaultValue | null;
  readonly identity?: Identity | null;
  readonly generated?: Generated | null;
  readonly collation?: string;
}

export interface AlterColumn {
  readonly kind: 'alterColumn';
  readonly name: string;
  readonly to: ColumnFacets;
  /** How old values become new ones where the type changes: SQL text. Absent: an assignment cast. */
  readonly using?: string;
  readonly was?: Column;
  /** `using` of the way back. */
  readonly wasUsing?: string;
}

export const addColumn: ChangeFaces<AddColumn, DropColumn> = {
  invert: ({ column }) => ({ kind: 'dropColumn', name: column.name, was: column }),
  apply(change, table) {
    if (findColumn(table, change.column.name)) {
      throw new RevError(
        'REV_OPERATION',
        `Column ${displayName(table)}.${change.column.name} exists already.`,
      );
    }
    return { ...table, columns: [...table.columns, change.column] };
  },
  describe: ({ column }) => `add column ${column.name}`,
  render: ({ column }, source) => `addColumn(${renderColumn(column, source)})`,
  losses: () => [],
};

export const dropColumn: ChangeFaces<DropColumn, AddColumn> = {
  invert: ({ was }) => (was ? { kind: 'addColumn', column: was } : null),
  apply(change, table) {
    requireColumn(table, change.name);
    const lacks = (columns: readonly string[]) => !columns.includes(change.name);
    return {
      ...table,
      columns: table.columns.filter((column) => column.name !== change.name),
      primaryKey: table.primaryKey && lacks(table.primaryKey.columns) ? table.primaryKey : null,
      uniques: table.uniques.filter((unique) => lacks(unique.columns)),
      foreignKeys: table.foreignKeys.filter((key) => lacks(key.columns)),
      indexes: table.indexes.filter((index) => index.keys.every((key) => key.column !== change.name)),
    };
  },
  describe: ({ name }) => `drop column ${name}`,
  render: ({ name }, source) => `dropColumn(${source.string(name)})`,
  losses: ({ name, was }, table) => (was?.generated ? [] : [`the values of column ${table}.${name}`]),
};

export const renameColumn: ChangeFaces<RenameColumn> = {
  invert: ({ from, to }) => ({ kind: 'renameColumn', from: to, to: from }),
  apply(change, table) {
    requireColumn(table, change.from);
    if (findColumn(table, change.to)) {
      throw new RevError('REV_OPERATION', `Column ${displayName(table)}.${change.to} exists already.`);
    }
    const name = (column: string) => (column === change.from ? change.to : column);
    const included = ({ include }: Including) =>
      include === undefined ? {} : { include: include.map(name) };
    const names = <T extends Including & { readonly columns: readonly string[] }>(holder: T): T => ({
      ...holder,
      columns: holder.columns.map(name),
      ...included(holder),
    });
    const sql = (text: string) => renameIdentifier(text, change.from, change.to);
    return {
      ...table,
      columns: table.columns.map((column) => ({
        ...column,
        name: name(column.name),
        generated: column.generated && { ...column.generated, expression: sql(column.generated.expression) },
      })),
      primaryKey: table.primaryKey && names(table.primaryKey),
      uniques: table.uniques.map(names),
      foreignKeys: table.foreignKeys.map((key) => ({
        ...names(key),
        ...(key.onDeleteColumns === undefined ? {} : { onDeleteColumns: key.onDeleteColumns.map(name) }),
      })),
      checks: table.checks.map((check) => ({ ...check, expression: sql(check.expression) })),
      ...(table.policies
        ? { policies: table.policies.map((policy) => renamedInPolicy(policy, table, change)) }
        : {}),
      indexes: table.indexes.map((index) => ({
        ...index,
        ...included(index),
        where: index.where === null ? null : sql(index.where),
        keys: index.keys.map((key) => ({
          ...key,
          ...(key.column === undefined ? {} : { column: name(key.column) }),
          ...(key.expression === undefined ? {} : { expression: sql(key.expression) }),
        })),
      })),
    };
  },
  describe: ({ from, to }) => `rename column ${from} to ${to}`,
  render: ({ from, to }, source) => `renameColumn(${source.string(from)}, ${source.string(to)})`,
  losses: () => [],
};

export const alterColumn: ChangeFaces<AlterColumn> = {
  invert({ name, to, was, using, wasUsing }) {
    if (!was) return null;
    const back: ColumnFacets = {
      ...('type' in to ? { type: was.type } : {}),
      ...('nullable' in to ? { nullable: was.nullable } : {}),
      ...('default' in to ? { default: was.default } : {}),
      ...('identity' in to ? { identity: was.identity } : {}),
      ...('generated' in to ? { generated: was.generated } : {}),
      ...(to.collation !== undefined && was.collation !== undefined ? { collation: was.collation } : {}),
    };
    return {
      kind: 'alterColumn',
      name,
      to: back,
      was: { ...was, ...to },
      ...(wasUsing === undefined ? {} : { using: wasUsing }),
      ...(using === undefined ? {} : { wasUsing: using }),
    };
  },
  apply(change, table) {
    requireColumn(table, change.name);
    return {
      ...table,
      columns: table.columns.map((column) =>
        column.name === change.name ? { ...column, ...change.to } : column,
      ),
    };
  },
  describe({ name, to }) {
    const parts = [
      ...(to.type === undefined ? [] : [`type ${to.type}`]),
      ...(to.nullable === undefined ? [] : [to.nullable ? 'nullable' : 'not null']),
      ...(to.default === undefined ? [] : [to.default === null ? 'no default' : 'default']),
      ...(to.identity === undefined ? [] : [to.identity === null ? 'no identity' : 'identity']),
      ...(to.generated === undefined ? [] : [to.generated === null ? 'not generated' : 'generated']),
      ...(to.collation === undefined ? [] : [`collation ${to.collation}`]),
    ];
    return `alter column ${name}: ${parts.join(', ')}`;
  },
  render: ({ name, to, using }, source) =>
    `alterColumn(${source.string(name)}, ${source.object({
      type: to.type === undefined ? undefined : source.string(to.type),
      using: using === undefined ? undefined : source.sql(using),
      nullable: to.nullable === undefined ? undefined : String(to.nullable),
      default: to.default === undefined ? undefined : source.value(to.default),
      identity:
        to.identity === undefined
          ? undefined
          : to.identity === null
            ? 'null'
            : renderIdentity(to.identity, source),
      generated:
        to.generated === undefined
          ? undefined
          : to.generated === null
            ? 'null'
            : source.sql(to.generated.expression),
      stored: to.generated && !to.generated.stored ? 'false' : undefined,
      collation: to.collation === undefined ? undefined : source.string(to.collation),
    })})`,
  losses: ({ name, to, was }, table) =>
    to.type === undefined || !was || keepsValues(was.type, to.type)
      ? []
      : [`what ${to.type} cannot hold of column ${table}.${name} (${was.type})`],
};

/** Of the policies of its own table; what others read of it, the diff makes again. */
function renamedInPolicy(policy: Policy, table: Table, { from, to }: RenameColumn): Policy {
  const text = (sql: string | null) => (sql === null ? null : renameIdentifier(sql, from, to));
  const uses = policy.uses?.map((use) =>
    sameName(use, table)
      ? { ...use, columns: use.columns.map((name) => (name === from ? to : name)).sort() }
      : use,
  );
  return {
    ...policy,
    using: text(policy.using),
    check: text(policy.check),
    ...(uses === undefined ? {} : { uses }),
  };
}

/** Indexes and keys of PostgreSQL may carry columns along. */
interface Including {
  readonly include?: readonly string[];
}

function requireColumn(table: Table, name: string): Column {
  const column = findColumn(table, name);
  if (!column) {
    throw new RevError('REV_OPERATION', `There is no column ${displayName(table)}.${name}.`, {
      hint: `Columns of ${displayName(table)}: ${table.columns.map((each) => each.name).join(', ')}.`,
    });
  }
  return column;
}
