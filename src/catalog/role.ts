/** A role of a database cluster (PostgreSQL), as far as it is compared. */
export interface Role {
  readonly kind: 'role';
  readonly name: string;
  readonly createDb: boolean;
  readonly createRole: boolean;
  readonly inherit: boolean;
  /** Live-only: a superuser or the session's own role, which is never dropped. */
  readonly fixed?: true;
}
