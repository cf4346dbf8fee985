import type { LoneOutcome, Standing, Statement } from '../dialect.js';
import { statementsOf } from './statements.js';
import { isWord } from './tokens.js';

/** Statements that mean nothing, or fail, in a transaction of SQLite. */

const alone = ['vacuum', 'pragma', 'attach', 'detach'];

export function standing({ sql }: Statement): Standing {
  const statements = statementsOf(sql);
  const lone = statements.filter(([first]) => isWord(first, ...alone)).length;
  if (lone === 0) return 'together';
  return lone === statements.length ? 'alone' : 'mixed';
}

export function refusedInTransaction(): boolean {
  return false;
}

/** All of them may run twice: what they bring about is a state, and they have it or not. */
export async function probeLone(): Promise<LoneOutcome> {
  return { kind: 'again', before: [] };
}
