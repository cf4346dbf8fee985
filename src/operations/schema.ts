import { makeCatalog } from '../catalog/index.js';
import { RevError } from '../errors.js';
import type { Faces } from './faces.js';

/** createSchema and dropSchema: each undoes the other. */
export interface CreateSchema {
  readonly kind: 'createSchema';
  readonly name: string;
}

export interface DropSchema {
  readonly kind: 'dropSchema';
  readonly name: string;
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
