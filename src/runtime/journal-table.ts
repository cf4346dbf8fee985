import type { Column, QualifiedName } from '../catalog/index.js';
import { column, type Operation, primaryKey } from '../operations/index.js';

/** Of the journal, in their order. */
export const columns = [
  'id',
  'revision',
  'direction',
  'message',
  'started_at',
  'finished_at',
  'duration_ms',
  'status',
  'position',
  'error_code',
  'content_hash',
  'tool_version',
  'host',
  'username',
  'progress',
  'pending',
  'tag',
  'checkpoint',
  'version_table',
] as const;

/** Columns that journals of the first versions lack. */
export const later: readonly Column[] = [
  ...['progress', 'pending', 'tag'].map((name) => column(name, 'varchar(255)')),
  column('checkpoint', 'text'),
  column('version_table', 'varchar(255)'),
];

/** What makes the journal. */
export function journalTable(name: QualifiedName): Operation {
  const text = (of: string, nullable = false) => column(of, 'varchar(255)', { nullable });
  return {
    kind: 'createTable',
    table: {
      kind: 'table',
      ...name,
      columns: [
        text('id'),
        text('revision'),
        text('direction'),
        column('message', 'text', { nullable: false }),
        text('started_at'),
        text('finished_at', true),
        column('duration_ms', 'integer'),
        text('status'),
        column('position', 'integer', { nullable: false }),
        text('error_code', true),
        text('content_hash', true),
        text('tool_version'),
        text('host'),
        text('username'),
        ...later,
      ],
      primaryKey: primaryKey(['id'], { name: `${name.name}_pkc` }),
      uniques: [],
      checks: [],
      foreignKeys: [],
      indexes: [],
    },
  };
}
