import {
  makeCatalog,
  type Policy,
  type QualifiedName,
  renameSchemaInQuery,
  renameSchemaPrefix,
  usesOf,
  type View,
} from '../catalog/index.js';
import { RevError } from '../errors.js';
import { editExpressions } from './expression-edit.js';
import type { Faces } from './faces.js';

export interface CreateSchema {
  readonly kind: 'createSchema';
  readonly name: string;
}

export interface DropSchema {
  readonly kind: 'dropSchema';
  readonly name: string;
}

/** With all that is in it. */
export interface RenameSchema {
  readonly kind: 'renameSchema';
  readonly from: string;
  readonly to: string;
}

export const createSchema: Faces<CreateSchema, DropSchema> = {
  invert: ({ name }) => [{ kind: 'dropSchema', name }],
  apply(operation, catalog) {
    if (catalog.schemas.includes(operation.name)) {
      throw new RevError('REV_OPERATION', `Schema ${operation.name} exists already.`);
    }
    return makeCatalog({ ...catalog, schemas: [...catalog.schemas, operation.name] });
  },
  describe: ({ name }) => `create schema ${name}`,
  render: ({ name }, source) => source.statement('createSchema', [source.string(name)]),
  reduce: (operation, next) =>
    next.kind === 'dropSchema' && (next as DropSchema).name === operation.name ? [] : null,
  losses: () => [],
};

export const dropSchema: Faces<DropSchema, CreateSchema> = {
  invert: ({ name }) => [{ kind: 'createSchema', name }],
  apply(operation, catalog) {
    if (!catalog.schemas.includes(operation.name)) {
      throw new RevError('REV_OPERATION', `There is no schema ${operation.name}.`);
    }
    return makeCatalog({ ...catalog, schemas: catalog.schemas.filter((name) => name !== operation.name) });
  },
  describe: ({ name }) => `drop schema ${name}`,
  render: ({ name }, source) => source.statement('dropSchema', [source.string(name)]),
  reduce: () => null,
  losses: () => [],
};

export const renameSchema: Faces<RenameSchema> = {
  invert: ({ from, to }) => [{ kind: 'renameSchema', from: to, to: from }],
  apply({ from, to }, catalog) {
    if (!catalog.schemas.includes(from)) throw new RevError('REV_OPERATION', `There is no schema ${from}.`);
    if (catalog.schemas.includes(to)) throw new RevError('REV_OPERATION', `Schema ${to} exists already.`);
    const moved = <T extends QualifiedName>(each: T): T =>
      each.schema === from ? { ...each, schema: to } : each;
    const inQuery = (sql: string, uses: readonly QualifiedName[]) => {
      const read = uses.flatMap((use) => (use.schema === from ? [use.name] : []));
      return renameSchemaInQuery(sql, from, to, read);
    };
    const view = (each: View): View => ({
      ...moved(each),
      query: inQuery(each.query, usesOf(each)),
      ...(each.uses ? { uses: each.uses.map(moved) } : {}),
    });
    const policy = (each: Policy): Policy => ({
      ...each,
      using: each.using && inQuery(each.using, each.uses ?? []),
      check: each.check && inQuery(each.check, each.uses ?? []),
      ...(each.uses ? { uses: each.uses.map(moved) } : {}),
    });
    const renamed = makeCatalog({
      ...catalog,
      schemas: catalog.schemas.map((name) => (name === from ? to : name)),
      enums: catalog.enums.map(moved),
      sequences: catalog.sequences.map(moved),
      views: catalog.views.map(view),
      tables: catalog.tables.map((table) => ({
        ...moved(table),
        columns: table.columns.map((column) =>
          column.enum?.schema === from
            ? {
                ...column,
                enum: moved(column.enum),
                type: renameSchemaPrefix(column.type, from, to),
              }
            : column,
        ),
        foreignKeys: table.foreignKeys.map((key) => ({ ...key, references: moved(key.references) })),
        ...(table.policies ? { policies: table.policies.map(policy) } : {}),
      })),
    });
    return editExpressions(renamed, (sql) => renameSchemaPrefix(sql, from, to));
  },
  describe: ({ from, to }) => `rename schema ${from} to ${to}`,
  render: ({ from, to }, source) =>
    source.statement('renameSchema', [source.string(from), source.string(to)]),
  reduce: () => null,
  losses: () => [],
};
