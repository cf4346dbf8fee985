import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './sqlite.js';

/** A folder with a configuration and revisions that are written as plain JavaScript, for the package's own functions. */
export function smallProject(
  config: string,
  /** The body of each revision's module beside its header, in order. */
  revisions: Readonly<Record<string, string>>,
): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'revisions'));
  writeFileSync(join(folder, 'alembic.config.mjs'), config);
  let down: string | null = null;
  for (const [id, body] of Object.entries(revisions)) {
    writeFileSync(
      join(folder, 'revisions', `${id}.mjs`),
      `export const revision = '${id}';\nexport const downRevision = ${JSON.stringify(down)};\n${body}\n`,
    );
    down = id;
  }
  return folder;
}
