import { compareNames, compareText, type Policy, type PolicyCommand } from '../../catalog/index.js';
import { withoutOuterParentheses } from './expressions.js';
import type { PolicyRow } from './policy-query.js';

const commands: Readonly<Record<string, PolicyCommand>> = {
  '*': 'all',
  r: 'select',
  a: 'insert',
  w: 'update',
  d: 'delete',
};

export function toPolicy(row: PolicyRow): Policy {
  const bare = (sql: string | null) => (sql === null ? null : withoutOuterParentheses(sql));
  return {
    kind: 'policy',
    name: row.name,
    permissive: row.permissive,
    command: commands[row.command] ?? 'all',
    roles: [...row.roles].sort(compareText),
    using: bare(row.using),
    check: bare(row.check),
    uses: row.uses
      .map(({ columns, ...name }) => ({ ...name, columns: [...columns].sort(compareText) }))
      .sort(compareNames),
  };
}
