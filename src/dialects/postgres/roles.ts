import type { Role } from '../../catalog/index.js';
import type { Driver, Scope } from '../dialect.js';
import { identifier, literal } from './quote.js';

/** Roles belong to the whole cluster: they are read only where the scope asks for them. */

interface RoleRow extends Record<string, unknown> {
  readonly name: string;
  readonly createDb: boolean;
  readonly createRole: boolean;
  readonly inherit: boolean;
  readonly fixed: boolean;
}

export async function inspectRoles(driver: Driver, scope: Scope): Promise<readonly Role[]> {
  const { roles } = scope;
  if (!roles) return [];
  const rows = await driver.query<RoleRow>(`
    select rolname as name, rolcreatedb as "createDb", rolcreaterole as "createRole", rolinherit as inherit,
      rolsuper or rolname in (current_user, session_user) as fixed
    from pg_roles where rolname !~ '^pg_'`);
  return rows
    .filter(({ name }) => roles(name))
    .map(({ fixed, ...role }) => ({ kind: 'role', ...role, ...(fixed ? { fixed: true as const } : {}) }));
}

/** Those of these names that no role has. */
export async function missingRoles(driver: Driver, names: readonly string[]): Promise<readonly string[]> {
  if (names.length === 0) return [];
  const rows = await driver.query<{ name: string }>(
    `select rolname as name from pg_roles where rolname in (${names.map(literal).join(', ')})`,
  );
  return names.filter((name) => !rows.some((row) => row.name === name));
}

export function createRole(role: Role): string {
  return `CREATE ROLE ${identifier(role.name)} ${attributes(role)}`;
}

export function alterRole(role: Role): string {
  return `ALTER ROLE ${identifier(role.name)} ${attributes(role)}`;
}

function attributes({ createDb, createRole, inherit }: Role): string {
  return [
    createDb ? 'CREATEDB' : 'NOCREATEDB',
    createRole ? 'CREATEROLE' : 'NOCREATEROLE',
    inherit ? 'INHERIT' : 'NOINHERIT',
  ].join(' ');
}
