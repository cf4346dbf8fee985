/** Puts a revision file on the disk: whole or not at all, and never over another one. */

import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { RevError } from '../errors.js';

/**
 * Writes `text` as `name` (which may begin with folders) into `folder` (made if it is not there) and returns the file's path.
 * @throws RevError REV_EXISTS, REV_UNWRITABLE
 */
export function writeRevision(folder: string, name: string, text: string): string {
  const file = join(folder, name);
  // Hidden, so that a scan in between does not see it.
  const draft = join(dirname(file), `.${basename(file)}.${randomUUID()}.tmp`);
  try {
    mkdirSync(dirname(file), { recursive: true });
    publish(text, draft, file);
  } catch (cause) {
    throw failure(cause as NodeJS.ErrnoException, file, folder);
  }
  return file;
}

/**
 * Puts `text` in the place of a file's, whole or not at all. @param expected what the file still has to hold
 * @throws RevError REV_UNWRITABLE
 */
export function replaceRevision(path: string, text: string, expected: string): void {
  try {
    // A link stays a link.
    const file = realpathSync(path);
    const draft = join(dirname(file), `.${basename(file)}.${randomUUID()}.tmp`);
    try {
      writeWhole(draft, text);
      chmodSync(draft, statSync(file).mode);
      if (readFileSync(file, 'utf8') !== expected)
        throw new Error('it has just been changed by somebody else');
      renameSync(draft, file);
    } finally {
      rmSync(draft, { force: true });
    }
  } catch (thrown) {
    const cause = thrown as NodeJS.ErrnoException;
    throw new RevError(
      'REV_UNWRITABLE',
      `The file ${path} cannot be replaced (${cause.code ?? cause.message}).`,
      {
        hint: 'Nothing was written. Make the file and its folder writable, and run the command again.',
        data: { file: path },
        cause,
      },
    );
  }
}

/**
 * Writes several files into `folder`: all of them, or none stays. Returns their paths.
 * @throws RevError REV_EXISTS, REV_UNWRITABLE
 */
export function writeRevisions(
  folder: string,
  revisions: readonly { readonly name: string; readonly text: string }[],
): readonly string[] {
  const made = mkdirFirst(folder);
  const files: string[] = [];
  try {
    for (const { name, text } of revisions) files.push(writeRevision(folder, name, text));
  } catch (error) {
    for (const file of files) rmSync(file, { force: true });
    if (made !== undefined) rmSync(made, { recursive: true, force: true });
    throw error;
  }
  return files;
}

/** The first folder that had to be made for it. */
function mkdirFirst(folder: string): string | undefined {
  try {
    return mkdirSync(folder, { recursive: true });
  } catch {
    // The first file says what is wrong with it.
    return undefined;
  }
}

function writeWhole(file: string, text: string): void {
  const descriptor = openSync(file, 'wx');
  try {
    // Unlike writeSync it goes on until all is written, or fails.
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** A hard link fails if the name is taken, where a rename would overwrite. */
function publish(text: string, draft: string, file: string): void {
  try {
    writeWhole(draft, text);
    linkSync(draft, file);
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    const linkless =
      code === 'EPERM' || code === 'ENOTSUP' || code === 'ENOSYS' || code === 'EMLINK' || code === 'EACCES';
    if (!linkless || !existsSync(draft) || existsSync(file)) throw thrown;
    renameSync(draft, file);
  } finally {
    rmSync(draft, { force: true });
  }
}

function failure(cause: NodeJS.ErrnoException, file: string, folder: string): RevError {
  if (existsSync(file)) {
    return new RevError('REV_EXISTS', `The file ${file} exists already.`, {
      hint: 'Nothing was written. Choose another message or --rev-id, or delete the file.',
      data: { file },
      cause,
    });
  }
  return new RevError(
    'REV_UNWRITABLE',
    `The revision cannot be written to ${folder} (${cause.code ?? cause.message}).`,
    {
      hint: `Make the folder writable, or choose another: --version-path, or \`revisions\` in alembic.config.ts. The file would be ${file}.`,
      data: { file, folder },
      cause,
    },
  );
}
