import { displayName, type QualifiedName, updateTable } from '../catalog/index.js';
import type { Faces } from './faces.js';

/** Row level security of a table, on and off: each undoes the other. */
export interface EnableRowSecurity {
  readonly kind: 'enableRowSecurity';
  readonly table: QualifiedName;
}

export interface DisableRowSecurity {
  readonly kind: 'disableRowSecurity';
  readonly table: QualifiedName;
}

export const enableRowSecurity: Faces<EnableRowSecurity, DisableRowSecurity> = {
  invert: ({ table }) => [{ kind: 'disableRowSecurity', table }],
  apply: ({ table }, catalog) =>
    updateTable(catalog, table, (before) => ({ ...before, rowSecurity: true as const })),
  describe: ({ table }) => `enable row level security on ${displayName(table)}`,
  render: ({ table }, source) => source.statement('enableRowSecurity', [source.name(table)]),
  reduce: () => null,
  losses: () => [],
};

export const disableRowSecurity: Faces<DisableRowSecurity, EnableRowSecurity> = {
  invert: ({ table }) => [{ kind: 'enableRowSecurity', table }],
  apply: ({ table }, catalog) => updateTable(catalog, table, ({ rowSecurity: _on, ...before }) => before),
  describe: ({ table }) => `disable row level security on ${displayName(table)}`,
  render: ({ table }, source) => source.statement('disableRowSecurity', [source.name(table)]),
  reduce: () => null,
  losses: () => [],
};
