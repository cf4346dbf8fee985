/** Which roles of the cluster are the models' own. */
import type { ResolvedConfig, RoleOptions } from './config.js';
import { toRegExp } from './tables.js';

/** Roles that a provider makes and needs. */
const provided: Readonly<Record<NonNullable<RoleOptions['provider']>, readonly string[]>> = {
  supabase: [
    ...['anon', 'authenticated', 'authenticator', 'dashboard_user', 'pgbouncer', 'service_role'],
    'supabase_*',
  ],
  neon: ['anonymous', 'authenticated', 'neon_*', 'cloud_admin'],
};

/**
 * Whether a role is compared; undefined: none is. With `true` those are that the models have, so that none is ever
 * dropped; with patterns all that match.
 */
export function roleScope(
  { roles }: Pick<ResolvedConfig, 'roles'>,
  models: readonly string[],
): ((name: string) => boolean) | undefined {
  if (roles === undefined || roles === false) return undefined;
  const options = roles === true ? {} : optionsOf(roles);
  const included = options.include?.map(toRegExp);
  const excluded = [...(options.exclude ?? []), ...(options.provider ? provided[options.provider] : [])].map(
    toRegExp,
  );
  return (name) =>
    (included ? included.some((pattern) => pattern.test(name)) : models.includes(name)) &&
    !excluded.some((pattern) => pattern.test(name));
}

function optionsOf(roles: readonly string[] | RoleOptions): RoleOptions {
  return Array.isArray(roles) ? { include: roles as readonly string[] } : (roles as RoleOptions);
}
