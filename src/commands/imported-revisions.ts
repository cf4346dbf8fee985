import type { ResolvedConfig } from '../config/config.js';
import type { WayBack } from '../drizzle/kit/derive.js';
import type { KitHistory, KitMigration } from '../drizzle/kit/history.js';
import { changesRows, outsideTransaction, splitStatements } from '../drizzle/kit/statements.js';
import { newRevisionId, renderRevision, revisionFileName } from '../revisions/render-file.js';
import { renderStatements } from '../revisions/render-sql.js';
import { packageTemplate, readTemplate } from '../revisions/template.js';

/** A migration of drizzle-kit and the revision that it becomes. */
export interface ImportedRevision {
  readonly migration: KitMigration;
  readonly id: string;
  /** Ids. */
  readonly down: readonly string[];
  /** The name of its file. */
  readonly fileName: string;
}

/**
 * Gives each migration its id: a hash of what it is, so that every machine that imports the same folder makes the same
 * revisions. Neither dates nor numbers count: `drizzle-kit up` changes those.
 */
export function importedRevisions(history: KitHistory, config: ResolvedConfig): readonly ImportedRevision[] {
  const ids = new Map<string, string>();
  const used = new Set<string>();
  const { fileTemplate, slugLength, timezone } = config;
  return history.migrations.map((migration) => {
    const { name, message, sql, when, parents } = migration;
    const down = parents.map((parent) => ids.get(parent) ?? '');
    // The same file on Windows may have other line ends.
    const parts = { down, message, body: sql.replace(/\r\n/g, '\n').trim() };
    const first = newRevisionId({ ...parts, nonce: 'drizzle-kit' });
    // Two branches may hold the same migration, with the same name.
    const id = used.has(first) ? newRevisionId({ ...parts, nonce: name }) : first;
    ids.set(name, id);
    used.add(id);
    const created = new Date(when);
    const fileName = revisionFileName({ id, message, created, fileTemplate, slugLength, timezone });
    return { migration, id, down, fileName };
  });
}

export interface RenderedImport {
  readonly source: string;
  /** Why it has no downgrade; null: it has one. */
  readonly irreversible: string | null;
  /** Why it does not run in a transaction; null: it does. */
  readonly outside: string | null;
}

/** The text of a revision's file. */
export function renderImport(
  { migration, id, down }: ImportedRevision,
  way: WayBack,
  { dialect, template }: ResolvedConfig,
): RenderedImport {
  const statements = splitStatements(migration.sql);
  const back = way.kind === 'statements' ? way.statements : [];
  const outside = outsideTransaction([...statements, ...back], dialect);
  const reason = outside && `${outside} cannot run in a transaction, in which drizzle's migrator runs all`;
  const isPartial = back.length > 0 && changesRows(statements);
  const source = renderRevision({
    id,
    down,
    message: `${migration.message}\n\nImported from drizzle-kit: ${migration.name}`,
    created: new Date(migration.when),
    dialect,
    imports: [],
    upgrade: renderStatements(statements) || '  // The migration holds no statement.',
    downgrade: [
      ...(isPartial ? ['  // The rows that the upgrade changes stay as they are.'] : []),
      ...(back.length > 0 ? [renderStatements(back)] : []),
    ].join('\n'),
    ...(way.kind === 'unknown' ? { irreversible: way.why } : {}),
    ...(reason ? { outside: reason } : {}),
    template: template === undefined ? packageTemplate('revision.ts') : readTemplate(template),
  });
  return { source, irreversible: way.kind === 'unknown' ? way.why : null, outside: reason ?? null };
}
