import type { Faces } from './faces.js';

export interface CreateExtension {
  readonly kind: 'createExtension';
  readonly name: string;
  /** Where its objects go. Absent: the connection's default schema, or what the extension says. */
  readonly schema?: string;
  /** Absent: the one that the server has. */
  readonly version?: string;
  /** It may be there already. Then nobody knows whether a downgrade should take it away. */
  readonly ifNotExists?: true;
}

export interface DropExtension {
  readonly kind: 'dropExtension';
  readonly name: string;
  readonly was?: CreateExtension;
}

export const createExtension: Faces<CreateExtension, DropExtension> = {
  invert: (operation) =>
    operation.ifNotExists ? null : [{ kind: 'dropExtension', name: operation.name, was: operation }],
  apply: (_operation, catalog) => catalog,
  describe: ({ name }) => `create extension ${name}`,
  render: ({ name, schema, version, ifNotExists }, source) =>
    source.statement('createExtension', [
      source.string(name),
      ...source.options({
        schema: schema === undefined ? undefined : source.string(schema),
        version: version === undefined ? undefined : source.string(version),
        ifNotExists: ifNotExists ? 'true' : undefined,
      }),
    ]),
  reduce: () => null,
  losses: () => [],
};

export const dropExtension: Faces<DropExtension, CreateExtension> = {
  invert: ({ was }) => (was ? [was] : null),
  apply: (_operation, catalog) => catalog,
  describe: ({ name }) => `drop extension ${name}`,
  render: ({ name }, source) => source.statement('dropExtension', [source.string(name)]),
  reduce: () => null,
  losses: () => [],
};
