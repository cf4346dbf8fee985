import type { ViewUse } from './view.js';

export type PolicyCommand = 'all' | 'select' | 'insert' | 'update' | 'delete';

/** Words that stand for roles, and are names of none. */
export const roleWords: readonly string[] = ['public', 'current_user', 'current_role', 'session_user'];

/** A policy of row level security (PostgreSQL). */
export interface Policy {
  readonly kind: 'policy';
  readonly name: string;
  readonly permissive: boolean;
  readonly command: PolicyCommand;
  /** Names of roles, or words for them, in a fixed order. */
  readonly roles: readonly string[];
  /** SQL text without outer parentheses, as is `check`. */
  readonly using: string | null;
  readonly check: string | null;
  /** Live-only: what it reads, as the database says it. */
  readonly uses?: readonly ViewUse[];
}
