import type { LoneOutcome, Statement } from '../dialect.js';
import { isWord, tokenize } from './tokens.js';

/** Statements that mean nothing, or fail, in a transaction of SQLite. */

const alone = ['vacuum', 'pragma', 'attach', 'detach'];

export function standsAlone({ sql }: Statement): boolean {
  const [first] = tokenize(sql);
  return first !== undefined && alone.some((word) => isWord(first, word));
}

export function refusedInTransaction(): boolean {
  return false;
}

/** All of them may run twice: what they bring about is a state, and they have it or not. */
export async function probeLone(): Promise<LoneOutcome> {
  return { kind: 'again', before: [] };
}
