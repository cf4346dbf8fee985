/** The revision files of a project, by their headers. No module is evaluated. */

import { closeSync, type Dirent, openSync, readdirSync, readFileSync, readSync, realpathSync } from 'node:fs';
import { join, sep } from 'node:path';
import { RevError } from '../errors.js';
import type { RevisionNode } from '../graph/revision.js';
import { type Header, readHeader } from './header.js';

/** A revision, and the file that it is in. */
export interface RevisionFile extends RevisionNode {
  /** The first paragraph of the comment at the top of the file, as one line. */
  readonly message: string;
  /** An absolute path. */
  readonly file: string;
  readonly transactional: boolean;
}

export interface ScanOptions {
  /** What a folder that is not there means. Default: an error, because a mistyped folder would look like "nothing to do". */
  readonly missing?: 'error' | 'empty';
  /** Look through folders in the folders as well. */
  readonly recursive?: boolean;
  /** Is told of each fault instead of its being thrown; the file or folder is left out. */
  readonly onFault?: (fault: RevError) => void;
}

const revisionFile = /^[^.].*\.(?:ts|mts|js|mjs)$/;
const otherFile = /\.d\.m?ts$|\.(?:test|spec)\.m?[jt]s$/;
/** Folders that hold no revisions, also where folders in folders are looked through. */
const passedOver = /^(?:\.|node_modules$)/;
const generatedName = /^[0-9a-f]{12}_/;
/** Room for all but the largest files; they are read one after the other. */
const chunk = Buffer.allocUnsafe(64 * 1024);

/**
 * The revisions in `folders` (absolute paths), ordered by folder and file name.
 *
 * A file that exports neither a revision id nor `upgrade` or `downgrade`, and is not called `<id>_<slug>`, is a helper: it is
 * left alone. So are declarations, tests, hidden files, and JavaScript beside the TypeScript that it was compiled from.
 *
 * @throws RevError REV_HEADER, REV_DUPLICATE_REVISION, REV_CONFIG (a folder does not exist)
 */
export function scan(folders: readonly string[], options: ScanOptions = {}): readonly RevisionFile[] {
  const revisions = new Map<string, RevisionFile>();
  for (const file of listFiles(folders, options)) {
    attempt(options, () => {
      const revision = readRevision(file);
      if (revision === undefined) return;
      const other = revisions.get(revision.id);
      if (other !== undefined) throw duplicate(other, revision);
      revisions.set(revision.id, revision);
    });
  }
  return [...revisions.values()];
}

function attempt({ onFault }: ScanOptions, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!onFault || !(error instanceof RevError)) throw error;
    onFault(error);
  }
}

function listFiles(folders: readonly string[], options: ScanOptions): readonly string[] {
  const seen = new Set<string>();
  const files: string[] = [];
  const list = (folder: string) => {
    const entries = listFolder(folder, options.missing ?? 'error');
    if (entries.length === 0) return;
    const path = realpathSync(folder);
    if (seen.has(path)) return;
    seen.add(path);
    const present = new Set(entries.map(({ name }) => name));
    const start = join(folder, sep);
    for (const entry of entries) {
      const { name } = entry;
      if (!revisionFile.test(name) || otherFile.test(name) || entry.isDirectory()) continue;
      if (name.endsWith('js') && present.has(name.replace(/js$/, 'ts'))) continue;
      files.push(start + name);
    }
    if (!options.recursive) return;
    for (const { name } of entries.filter((entry) => entry.isDirectory() && !passedOver.test(entry.name)))
      list(join(folder, name));
  };
  for (const folder of folders) attempt(options, () => list(folder));
  return files;
}

function listFolder(folder: string, missing: 'error' | 'empty'): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' && missing === 'empty') return [];
    const problem = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`;
    throw new RevError('REV_CONFIG', `The folder of revisions ${folder} ${problem}.`, {
      hint: 'Create it (`rev init`, or `rev create`), or correct `revisions` in alembic.config.ts.',
      data: { folder },
      cause,
    });
  }
}

/** Reads one file. `undefined`: it is not a revision. */
export function readRevision(file: string): RevisionFile | undefined {
  try {
    return readRevisionText(file);
  } catch (cause) {
    if (cause instanceof RevError) throw cause;
    throw new RevError(
      'REV_HEADER',
      `${file}: it cannot be read (${(cause as NodeJS.ErrnoException).code}).`,
      {
        hint: 'Make it readable, or delete it if it is a link that leads nowhere.',
        data: { file },
        cause,
      },
    );
  }
}

function readRevisionText(file: string): RevisionFile | undefined {
  const text = readText(file);
  const reading = readHeader(text);
  if (reading.kind === 'other') refuseUnreadable(file, text);
  switch (reading.kind) {
    case 'revision':
      return toFile(reading.header, file);
    case 'fault':
      throw fault(file, reading);
    default:
      if (!generatedName.test(file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1)))
        return undefined;
      throw fault(file, {
        line: 1,
        problem: 'it exports no revision id',
        write: "export const revision = '…';",
      });
  }
}

/** Written out: to spread ten thousand headers takes a tenth of the scan. */
function toFile(header: Header, file: string): RevisionFile {
  const { id, down, labels, depends, transactional, message, created } = header;
  const revision = { id, down, labels, depends, transactional, message, file, source: file };
  return Object.freeze(
    created === undefined
      ? revision
      : { id, down, labels, depends, transactional, message, created, file, source: file },
  );
}

/** The same as `readFileSync`, in two thirds of its time. */
function readText(file: string): string {
  const descriptor = openSync(file, 'r');
  try {
    const length = readSync(descriptor, chunk, 0, chunk.length, 0);
    return length < chunk.length ? chunk.toString('utf8', 0, length) : readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}

function fault(
  file: string,
  { line, problem, write }: { line: number; problem: string; write: string },
): RevError {
  return new RevError('REV_HEADER', `${file}:${line}: ${problem}.`, {
    hint: `The header is read without running the file, so it has to be literal. Write:\n  ${write}`,
    data: { file, line },
  });
}

function duplicate(first: RevisionFile, second: RevisionFile): RevError {
  return new RevError(
    'REV_DUPLICATE_REVISION',
    `Two files have the revision id '${first.id}': ${first.file} and ${second.file}.`,
    {
      hint: 'If one is a copy, delete it; otherwise give it an id and a file name of its own.',
      data: { id: first.id, files: [first.file, second.file] },
    },
  );
}

/**
 * A module that is no revision to the eye of the scan, and yet says that it is one: what a compiler writes. To pass it
 * over would make a deploy without revisions look like one with nothing to do.
 */
function refuseUnreadable(file: string, text: string): void {
  const lines = text.split('\n');
  const at = lines.findIndex((line) =>
    /^(?:(?:var|let|const)\s+(?:revision|downRevision)\s*=|(?:module\.)?exports\.(?:revision|upgrade)\s*=|export\s*\{[^}]*\b(?:revision|upgrade)\b)/.test(
      line,
    ),
  );
  if (at < 0) return;
  throw new RevError('REV_HEADER', `${file}:${at + 1}: This is a revision in a form that is not read.`, {
    hint: "Export each constant where it is declared: export const revision = '…'; a compiler must keep ES modules as they are.",
    data: { file, line: at + 1 },
  });
}
