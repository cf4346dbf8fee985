/** Templates are plain text with `${name}` where a value goes. A name that is not known is left as it is. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { RevError } from '../errors.js';
import { stringLiteral } from '../operations/index.js';

/** The templates of the package: of a revision, and of what `rev init` writes. */
export type TemplateName = 'revision.ts' | 'alembic.config.ts' | 'schema.sqlite.ts' | 'schema.postgres.ts';

/** The text of one of the package's templates. */
export function packageTemplate(name: TemplateName): string {
  return readFileSync(fileURLToPath(new URL(`../../templates/${name}.tmpl`, import.meta.url)), 'utf8');
}

/** The text of the user's own template. @throws RevError REV_CONFIG */
export function readTemplate(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new RevError(
      'REV_CONFIG',
      `The template ${file} cannot be read (${(cause as NodeJS.ErrnoException).code}).`,
      {
        hint: 'Correct `template` in alembic.config.ts, or leave it out.',
        data: { file },
        cause,
      },
    );
  }
}

/** Puts values in their places. A value is never searched for places again. */
export function fillTemplate(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\$\{(\w+)\}/g, (place, name: string) =>
    Object.hasOwn(values, name) ? (values[name] ?? place) : place,
  );
}

/** `null`, one literal, or an array of them. */
export function literals(texts: readonly string[]): string {
  const [first] = texts;
  if (first === undefined) return 'null';
  return texts.length === 1 ? stringLiteral(first) : `[${texts.map(stringLiteral).join(', ')}]`;
}
