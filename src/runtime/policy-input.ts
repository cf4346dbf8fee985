import { compareText, type Policy, type PolicyCommand, type Role } from '../catalog/index.js';
import { type SqlInput, sqlText } from '../operations/index.js';

/** A policy as a revision file says it, in the words of CREATE POLICY. */
export interface PolicyOptions {
  /** Default permissive. */
  readonly as?: 'permissive' | 'restrictive';
  /** Default all. */
  readonly for?: PolicyCommand;
  /** Names of roles, or `public`, `current_user`, `current_role`, `session_user`. Default public. */
  readonly to?: string | readonly string[];
  readonly using?: SqlInput;
  readonly withCheck?: SqlInput;
}

export function policyOf(name: string, options: PolicyOptions = {}): Policy {
  const { to = 'public', using, withCheck } = options;
  return {
    kind: 'policy',
    name,
    permissive: options.as !== 'restrictive',
    command: options.for ?? 'all',
    roles: (typeof to === 'string' ? [to] : [...to]).sort(compareText),
    using: using === undefined ? null : sqlText(using),
    check: withCheck === undefined ? null : sqlText(withCheck),
  };
}

export interface RoleAttributes {
  /** Default false, as is `createRole`. */
  readonly createDb?: boolean;
  readonly createRole?: boolean;
  /** Default true. */
  readonly inherit?: boolean;
}

export function roleOf(
  name: string,
  { createDb = false, createRole = false, inherit = true }: RoleAttributes = {},
): Role {
  return { kind: 'role', name, createDb, createRole, inherit };
}
