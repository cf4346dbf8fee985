/** Where in the user's own file an error arose: positions in generated code are translated by its source map. */

import { SourceMap, type SourceMapPayload } from 'node:module';
import { isAbsolute, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { thrownText } from '../errors.js';
import { moduleUrl } from './module-url.js';

export interface SourceLocation {
  /** An absolute path. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. `undefined`: not known. */
  readonly column: number | undefined;
}

export interface MapOptions {
  /** What the map's file names are relative to. */
  readonly folder: string;
  /** Lines that were put before the user's text. */
  readonly prelude: number;
}

interface Generated extends MapOptions {
  readonly map: SourceMapPayload;
  parsed?: SourceMap;
}

const generated = new Map<string, Generated>();
let count = 0;

/** The URL of a generated text, with a name by which its stack frames are found again. */
export function locatableUrl(
  text: string,
  entry: string,
  map: SourceMapPayload,
  options: MapOptions,
): string {
  count += 1;
  const id = String(count);
  generated.set(id, { ...options, map });
  return moduleUrl(`${text}\n//# sourceURL=${pathToFileURL(entry).href}?rev=${id}`, id);
}

// A frame by V8 itself has the source URL; under another `Error.prepareStackTrace` (vitest's, for one) it has the data URL.
// A link error has no column, but a line of text with a mark under it.
const place =
  /(?:file:[^\s()]*\?rev=(\d+)|data:text\/javascript;rev=(\d+);base64,[\w+/=]*):(\d+)(?::(\d+))?(?:\n(.*)\n( *)\^+\n)?/g;

interface Place {
  readonly text: string;
  readonly location: SourceLocation | undefined;
}

function toPlace([text = '', named, anonymous, line, column, , indent]: RegExpMatchArray): Place {
  const at = column === undefined ? indent?.length : Number(column) - 1;
  return { text, location: translate(named ?? anonymous ?? '', Number(line), at) };
}

/** The topmost position of an error in a file that was loaded here. `undefined`: there is none. */
export function locate(error: unknown): SourceLocation | undefined {
  const stack = error instanceof Error ? error.stack : undefined;
  if (typeof stack !== 'string') return undefined;
  for (const match of stack.matchAll(place)) {
    const { location } = toPlace(match);
    if (location !== undefined) return location;
  }
  return undefined;
}

/** Puts the user's files, lines and columns in an error's stack in the place of generated ones. Gives the error back. */
export function withSourcePositions<E>(error: E): E {
  if (!(error instanceof Error) || typeof error.stack !== 'string' || !place.test(error.stack)) return error;
  place.lastIndex = 0;
  error.stack = error.stack.replace(place, (...match) => {
    const { location } = toPlace(match as unknown as RegExpMatchArray);
    return location === undefined
      ? '<generated>'
      : [location.file, location.line, location.column ?? 1].join(':') +
          (match[0].endsWith('\n') ? '\n' : '');
  });
  return error;
}

function translate(id: string, line: number, column: number | undefined): SourceLocation | undefined {
  const source = generated.get(id);
  if (source === undefined) return undefined;
  source.parsed ??= new SourceMap(source.map);
  const entry = source.parsed.findEntry(line - 1, column ?? 0);
  if (!('originalSource' in entry) || typeof entry.originalSource !== 'string') return undefined;
  const name = entry.originalSource;
  const file = name.startsWith('file:') ? fileURLToPath(name) : resolve(source.folder, name);
  const found = entry.originalLine + 1 - source.prelude;
  if (found < 1) return undefined;
  return { file, line: found, column: column === undefined ? undefined : entry.originalColumn + 1 };
}

/** `file:line:column`, relative to the working directory where the file is inside it. */
export function describeLocation(location: {
  file: string;
  line?: number;
  column?: number | undefined;
}): string {
  const { file, line, column } = location;
  return [describePath(file), line, line === undefined ? undefined : column]
    .filter((part) => part !== undefined)
    .join(':');
}

/** What was thrown, in one text; where that was in a file that was loaded here, the file and line are before it. */
export function locatedMessage(thrown: unknown): string {
  const message = thrownText(thrown) || (thrown instanceof Error ? thrown.name : '');
  const location = locate(thrown);
  return location === undefined ? message : `${describeLocation(location)}: ${message}`;
}

export function describePath(file: string): string {
  const path = relative(process.cwd(), file);
  return path === '' || path.startsWith('..') || isAbsolute(path) ? file : path;
}
