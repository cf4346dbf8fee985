/** One shape for everything that can go wrong while a user's module is loaded. */

import { RevError, type RevErrorCode, thrownText } from '../errors.js';
import { describeLocation, locate, withSourcePositions } from './locate.js';

/** A module does not compile, or an import of it leads nowhere. */
export class CompileFailure extends Error {
  readonly place: { readonly file: string; readonly line?: number; readonly column?: number };

  constructor(message: string, file: string, position: { line?: number; column?: number } = {}) {
    super(message);
    this.place = { file, ...position };
  }
}

/** The coded error for whatever was thrown while `file` was loaded: the user's file, line and column, the message, no stack. */
export function loadingError(code: RevErrorCode, thrown: unknown, file: string): RevError {
  if (thrown instanceof RevError) return thrown;
  const place = thrown instanceof CompileFailure ? thrown.place : (locate(thrown) ?? { file });
  return new RevError(code, `${describeLocation(place)}: ${messageOf(thrown)}`, {
    hint: nextStep(thrown),
    data: { ...place },
    cause: withSourcePositions(thrown),
  });
}

function nextStep(thrown: unknown): string {
  return thrown instanceof CompileFailure
    ? 'Nothing was run. Correct the file and run the command again.'
    : 'The module threw while it was loaded, and nothing was run. Correct it; --debug shows the stack.';
}

function messageOf(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message || thrown.name : `threw ${thrownText(thrown)}`;
  const text = message
    .replace(/data:text\/javascript;[\w=;]*base64,[\w+/=]*/g, 'it')
    .replace(/file:\/\/[^\s'"]*\/node_modules\//g, '')
    .replace(/\b([a-z][\w+.-]*:\/\/[^\s:@/]*):[^\s@]+@/gi, '$1:***@')
    .trim();
  const name = thrown instanceof Error && !(thrown instanceof CompileFailure) ? thrown.name : 'Error';
  return name === 'Error' ? text : `${name}: ${text}`;
}
