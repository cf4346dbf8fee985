import {
  absent,
  type Catalog,
  type Column,
  type DefaultValue,
  displayName,
  type EnumType,
  makeCatalog,
  nameKey,
  type QualifiedName,
  renameType,
  renameValue,
  sameName,
  withObject,
  withoutObject,
} from '../catalog/index.js';
import { RevError } from '../errors.js';
import { editExpressions } from './expression-edit.js';
import type { Faces } from './faces.js';

export interface CreateEnum {
  readonly kind: 'createEnum';
  readonly enum: EnumType;
}

export interface DropEnum {
  readonly kind: 'dropEnum';
  readonly name: QualifiedName;
  readonly was?: EnumType;
}

export interface RenameEnum {
  readonly kind: 'renameEnum';
  readonly from: QualifiedName;
  readonly to: QualifiedName;
}

export interface RenameEnumValue {
  readonly kind: 'renameEnumValue';
  readonly name: QualifiedName;
  readonly from: string;
  readonly to: string;
}

/** A column of an enum's type, which must be converted if the type has to be made anew. */
export interface EnumColumn {
  readonly table: QualifiedName;
  readonly column: string;
  readonly default: DefaultValue | null;
}

/** Values added, removed or reordered; the dialect finds the cheapest way from one list to the other. */
export interface AlterEnum {
  readonly kind: 'alterEnum';
  readonly name: QualifiedName;
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly columns: readonly EnumColumn[];
  /**
   * Make the type anew even where adding values would do: a value that was added cannot be used in the same
   * transaction (PostgreSQL's manual, ALTER TYPE), those of a new type can.
   */
  readonly remake?: true;
}

export const createEnum: Faces<CreateEnum, DropEnum> = {
  invert: (operation) => [{ kind: 'dropEnum', name: nameOf(operation.enum), was: operation.enum }],
  apply: (operation, catalog) =>
    makeCatalog({ ...catalog, enums: withObject(catalog.enums, operation.enum, 'enum') }),
  describe: (operation) => `create enum ${displayName(operation.enum)}`,
  render: (operation, source) =>
    source.statement('createEnum', [source.name(operation.enum), source.strings(operation.enum.values)]),
  reduce: (operation, next) =>
    next.kind === 'dropEnum' && sameName((next as DropEnum).name, operation.enum) ? [] : null,
  losses: () => [],
};

export const dropEnum: Faces<DropEnum, CreateEnum> = {
  invert: ({ was }) => (was ? [{ kind: 'createEnum', enum: was }] : null),
  apply: (operation, catalog) =>
    makeCatalog({ ...catalog, enums: withoutObject(catalog.enums, operation.name, 'enum') }),
  describe: ({ name }) => `drop enum ${displayName(name)}`,
  render: ({ name }, source) => source.statement('dropEnum', [source.name(name)]),
  reduce: () => null,
  losses: () => [],
};

export const renameEnum: Faces<RenameEnum> = {
  invert: ({ from, to }) => [{ kind: 'renameEnum', from: to, to: from }],
  apply(operation, catalog) {
    const found = catalog.enums.find((each) => sameName(each, operation.from));
    if (!found) throw absent('enum', operation.from);
    const others = catalog.enums.filter((each) => each !== found);
    const renamed = {
      ...catalog,
      enums: withObject(others, { ...found, ...operation.to }, 'enum'),
      tables: editEnumColumns(catalog, operation.from, (column) => ({
        ...column,
        enum: operation.to,
        type: renameType(`::${column.type}`, operation.from, operation.to).slice(2),
      })),
    };
    return editExpressions(makeCatalog(renamed), (sql) => renameType(sql, operation.from, operation.to));
  },
  describe: ({ from, to }) => `rename enum ${displayName(from)} to ${displayName(to)}`,
  render: ({ from, to }, source) => source.statement('renameEnum', [source.name(from), source.name(to)]),
  reduce: () => null,
  losses: () => [],
};

export const renameEnumValue: Faces<RenameEnumValue> = {
  invert: ({ name, from, to }) => [{ kind: 'renameEnumValue', name, from: to, to: from }],
  apply({ name, from, to }, catalog) {
    const found = catalog.enums.find((each) => sameName(each, name));
    if (!found) throw absent('enum', name);
    if (!found.values.includes(from)) throw absent(`value ${from} of enum`, name);
    if (found.values.includes(to)) {
      throw new RevError('REV_OPERATION', `Enum ${displayName(name)} has the value ${to} already.`);
    }
    const rename = (value: string) => (value === from ? to : value);
    const renamed = {
      ...catalog,
      enums: catalog.enums.map((each) =>
        each === found ? { ...each, values: each.values.map(rename) } : each,
      ),
      tables: editEnumColumns(catalog, name, (column) => ({
        ...column,
        default:
          column.default?.kind === 'literal' && typeof column.default.value === 'string'
            ? { kind: 'literal', value: renameInLiteral(column, column.default.value, rename) }
            : column.default,
      })),
    };
    return editExpressions(makeCatalog(renamed), (sql) => renameValue(sql, name, from, to));
  },
  describe: ({ name, from, to }) => `rename value ${from} of enum ${displayName(name)} to ${to}`,
  render: ({ name, from, to }, source) =>
    source.statement('renameEnumValue', [source.name(name), source.string(from), source.string(to)]),
  reduce: () => null,
  losses: () => [],
};

function editEnumColumns(catalog: Catalog, type: QualifiedName, change: (column: Column) => Column) {
  return catalog.tables.map((table) => ({
    ...table,
    columns: table.columns.map((column) =>
      column.enum && sameName(column.enum, type) ? change(column) : column,
    ),
  }));
}

/** An array of plain words is a list of values; any other text is one value. */
function renameInLiteral(column: Column, text: string, rename: (value: string) => string): string {
  const words = column.type.endsWith(']') ? /^\{([\w,]*)\}$/.exec(text)?.[1] : undefined;
  return words === undefined ? rename(text) : `{${words.split(',').map(rename).join(',')}}`;
}

export const alterEnum: Faces<AlterEnum> = {
  invert: (operation) => [{ ...operation, from: operation.to, to: operation.from }],
  apply(operation, catalog) {
    if (!catalog.enums.some((each) => sameName(each, operation.name))) throw absent('enum', operation.name);
    return makeCatalog({
      ...catalog,
      enums: catalog.enums.map((each) =>
        nameKey(each) === nameKey(operation.name) ? { ...each, values: operation.to } : each,
      ),
    });
  },
  describe({ name, from, to }) {
    const added = to.filter((value) => !from.includes(value));
    const removed = from.filter((value) => !to.includes(value));
    const parts = [
      ...(added.length > 0 ? [`add ${added.join(', ')}`] : []),
      ...(removed.length > 0 ? [`remove ${removed.join(', ')}`] : []),
    ];
    return `alter enum ${displayName(name)}: ${parts.join('; ') || 'reorder'}`;
  },
  render: (operation, source) =>
    source.statement('alterEnum', [
      source.name(operation.name),
      source.object({
        from: source.strings(operation.from),
        to: source.strings(operation.to),
        remake: operation.remake ? 'true' : undefined,
        columns:
          operation.columns.length === 0
            ? undefined
            : `[${operation.columns
                .map((each) =>
                  source.object({
                    table: source.name(each.table),
                    column: source.string(each.column),
                    default: each.default === null ? undefined : source.value(each.default),
                  }),
                )
                .join(', ')}]`,
      }),
    ]),
  reduce: () => null,
  losses: () => [],
};

function nameOf(object: QualifiedName): QualifiedName {
  return { schema: object.schema, name: object.name };
}
