import { absent, makeCatalog, type Role } from '../catalog/index.js';
import { RevError } from '../errors.js';
import type { Faces } from './faces.js';
import type { Source } from './source.js';

export interface CreateRole {
  readonly kind: 'createRole';
  readonly role: Role;
}

export interface DropRole {
  readonly kind: 'dropRole';
  readonly name: string;
  readonly was?: Role;
}

/** The role as it is to be, whole. */
export interface AlterRole {
  readonly kind: 'alterRole';
  readonly role: Role;
  readonly was?: Role;
}

export const createRole: Faces<CreateRole, DropRole> = {
  invert: ({ role }) => [{ kind: 'dropRole', name: role.name, was: role }],
  apply({ role }, catalog) {
    if (catalog.roles.some(({ name }) => name === role.name)) {
      throw new RevError('REV_OPERATION', `Role ${role.name} exists already.`);
    }
    return makeCatalog({ ...catalog, roles: [...catalog.roles, role] });
  },
  describe: ({ role }) => `create role ${role.name}`,
  render: ({ role }, source) => renderRole('createRole', role, source),
  reduce: (operation, next) =>
    next.kind === 'dropRole' && (next as DropRole).name === operation.role.name ? [] : null,
  losses: () => [],
};

export const dropRole: Faces<DropRole, CreateRole> = {
  invert: ({ was }) => (was ? [{ kind: 'createRole', role: was }] : null),
  apply({ name }, catalog) {
    const roles = catalog.roles.filter((role) => role.name !== name);
    if (roles.length === catalog.roles.length) throw absent('role', { schema: null, name });
    return makeCatalog({ ...catalog, roles });
  },
  describe: ({ name }) => `drop role ${name}`,
  render: ({ name }, source) => source.statement('dropRole', [source.string(name)]),
  reduce: () => null,
  losses: ({ name }) => [`the password and memberships of role ${name}`],
};

export const alterRole: Faces<AlterRole> = {
  invert: ({ role, was }) => (was ? [{ kind: 'alterRole', role: was, was: role }] : null),
  apply({ role }, catalog) {
    if (!catalog.roles.some(({ name }) => name === role.name)) {
      throw absent('role', { schema: null, name: role.name });
    }
    return makeCatalog({
      ...catalog,
      roles: catalog.roles.map((each) => (each.name === role.name ? role : each)),
    });
  },
  describe: ({ role }) => `alter role ${role.name}`,
  render: ({ role }, source) => renderRole('alterRole', role, source),
  reduce: (operation, next) =>
    next.kind === 'alterRole' && (next as AlterRole).role.name === operation.role.name
      ? [{ ...operation, role: (next as AlterRole).role }]
      : null,
  losses: () => [],
};

function renderRole(method: string, role: Role, source: Source): string {
  return source.statement(method, [
    source.string(role.name),
    ...source.options({
      createDb: role.createDb ? 'true' : undefined,
      createRole: role.createRole ? 'true' : undefined,
      inherit: role.inherit ? undefined : 'false',
    }),
  ]);
}
