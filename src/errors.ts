/**
 * Every failure a user can meet is a RevError: a stable code, what happened in the user's own names,
 * and what to do next. docs/errors.md lists every code; a test holds the two together.
 */

/** Codes by the exit code that the command line gives them (docs/cli.md). */
const codes = {
  // 1: it failed
  REV_DIFFERENCES: 1,
  REV_NOT_AT_HEAD: 1,
  REV_UNMERGED_HEADS: 1,
  REV_CONFLICT: 1,
  REV_UNHEALTHY: 1,
  REV_EDITOR: 1,
  REV_CONNECT: 1,
  REV_AUTH: 1,
  REV_STATEMENT: 1,
  REV_REVISION_FAILED: 1,
  REV_LOCK_TIMEOUT: 1,
  REV_REVISION_LOAD: 1,
  REV_BEHIND_HEAD: 1,
  REV_IN_USE: 1,
  REV_UNWRITABLE: 1,
  REV_ROWS: 1,
  REV_HOOK: 1,
  REV_BACKUP: 1,
  REV_RESTORE: 1,
  REV_RUN_HOOK: 1,
  REV_INTERNAL: 1,
  // 2: wrong usage or configuration
  REV_USAGE: 2,
  REV_CONFIG: 2,
  REV_CONFIG_MISSING: 2,
  REV_DATABASE: 2,
  REV_SCHEMA: 2,
  REV_DRIVER_MISSING: 2,
  REV_CONNECTION: 2,
  REV_URL: 2,
  REV_POOLER: 2,
  REV_UNKNOWN_REVISION: 2,
  REV_AMBIGUOUS_REVISION: 2,
  REV_MULTIPLE_HEADS: 2,
  REV_TARGET: 2,
  REV_HEADER: 2,
  REV_DUPLICATE_REVISION: 2,
  REV_MISSING_PARENT: 2,
  REV_CYCLE: 2,
  REV_LABEL: 2,
  REV_NAME: 2,
  REV_OPERATION: 2,
  REV_OFFLINE: 2,
  REV_UNSUPPORTED: 2,
  REV_EXISTS: 2,
  REV_IMPORT: 2,
  // 3: another runner holds the lock
  REV_LOCKED: 3,
  // 4: needs consent
  REV_AMBIGUOUS_RENAME: 4,
  REV_IRREVERSIBLE: 4,
  REV_APPLIED: 4,
  REV_RESUME: 4,
  REV_CONSENT: 4,
  // 130: interrupted
  REV_INTERRUPTED: 130,
} as const;

/** A stable error code. The table above gives each its exit code. */
export type RevErrorCode = keyof typeof codes;

export interface RevErrorOptions {
  /** What to do next: one line or several, commands ready to paste. */
  readonly hint?: string;
  /** Machine-readable details; never a password, never row values. */
  readonly data?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** The only error that `rev` throws on purpose. */
export class RevError extends Error {
  override readonly name = 'RevError';
  readonly code: RevErrorCode;
  readonly hint: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;

  constructor(code: RevErrorCode, message: string, options: RevErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.data = options.data ?? {};
  }

  /** The process exit code that the command line uses for this error. */
  get exitCode(): number {
    return codes[this.code];
  }
}

/** What was thrown, which may be anything, as text. */
export function thrownText(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message;
  try {
    return String(thrown);
  } catch {
    return 'an object that is no text';
  }
}

/** All codes, for the documentation's test. */
export const errorCodes = Object.keys(codes) as readonly RevErrorCode[];

/** One word of a command, for hints to paste and for the shell that is here; quoted only where it must be. */
export function shellWord(word: string): string {
  if (/^[\w./=@:+-]+$/.test(word)) return word;
  return process.platform === 'win32' ? `"${word}"` : `'${word.replaceAll("'", "'\\''")}'`;
}
