import type { ViewUse } from './view.js';

export type PolicyCommand = 'all' | 'select' | 'insert' | 'update' | 'delete';

/** A policy of row level security (PostgreSQL). */
export interface Policy {
  readonly kind: 'policy';
  readonly name: string;
  readonly permissive: boolean;
  readonly command: PolicyCommand;
  /** Names of roles in a fixed order; `public`, `current_user`, `current_role` and `session_user` are words. */
  readonly roles: readonly string[];
  /** SQL text without outer parentheses, as is `check`. */
  readonly using: string | null;
  readonly check: string | null;
  /** Live-only: what it reads, as the database says it. */
  readonly uses?: readonly ViewUse[];
}
