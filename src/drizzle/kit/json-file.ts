import { readFileSync } from 'node:fs';
import { RevError } from '../../errors.js';

/** A text file. undefined: it is not there. @throws RevError REV_IMPORT */
export function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new RevError('REV_IMPORT', `${file} cannot be read (${code}).`, { data: { file }, cause });
  }
}

/** A JSON object in a file. undefined: the file is not there. @throws RevError REV_IMPORT */
export function readJson(file: string): Readonly<Record<string, unknown>> | undefined {
  const text = readText(file);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Readonly<Record<string, unknown>>;
  } catch {
    // Said below: a merge conflict in it is the usual cause.
  }
  throw new RevError('REV_IMPORT', `${file} is no JSON object.`, {
    hint: 'drizzle-kit wrote it: take it from version control as it was, or mend the conflict in it (drizzle-kit check).',
    data: { file },
  });
}
