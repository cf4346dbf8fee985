import { createHash } from 'node:crypto';
import type { Driver } from '../dialects/dialect.js';
import { RevError } from '../errors.js';
import type { Operation } from '../operations/index.js';
import type { EntryChange, HalfRun, Journal } from './journal.js';

/**
 * How far a revision has come outside of a transaction. Each operation that is done is recorded in the transaction that
 * it was done in; one that cannot be in a transaction is recorded before and after. The next run passes over what is
 * done. Whether it is still the same is told by a hash of what the operations are; their values are no part of it.
 */

/** How a revision that is half done goes on; absent: it is found out. */
export type Resume =
  /** The interrupted operation has happened. */
  | 'done'
  /** It has not: run it again. */
  | 'again'
  /** Forget what was recorded and begin at the first operation. */
  | 'restart';

/** A point that can be gone back to. */
export interface Point {
  readonly position: number;
  readonly hash: string;
  readonly kept: number;
}

/** What to do with the next operation. */
export type Next =
  | { readonly kind: 'run' }
  /** An earlier run has done it. */
  | { readonly kind: 'pass' }
  /** An earlier run has begun it. */
  | { readonly kind: 'probe'; readonly failed: boolean }
  /** An earlier run has done a part of it. */
  | { readonly kind: 'continue'; readonly from: readonly string[] };

export class Progress {
  readonly #journal: Journal | null;
  /** What an earlier run has left. */
  readonly #earlier: HalfRun | null;
  readonly #resume: Resume | undefined;
  /** The journal's entry for this run; null: none is kept. */
  #id: string | null = null;
  #position = 0;
  #hash = '';
  /** Whether what was done is no longer in any transaction that could be rolled back. */
  #isSaved = false;
  #kept = 0;
  #isUnknown = false;

  constructor(journal: Journal | null, earlier: HalfRun | null, resume: Resume | undefined) {
    this.#journal = journal;
    this.#resume = resume;
    this.#earlier = resume === 'restart' ? null : earlier;
  }

  /** The journal has an entry for this run. */
  keptAs(id: string): void {
    this.#id = id;
  }

  /** What was done until now is committed. */
  saved(): void {
    this.#isSaved = true;
  }

  /** The id of the journal's entry for this run; null: there is none yet, or no journal. */
  get entry(): string | null {
    return this.#id;
  }

  /** How many operations have been run, now or earlier. */
  get position(): number {
    return Math.max(this.#position, this.resumed);
  }

  /** How many of them earlier. */
  get resumed(): number {
    return this.#earlier?.position ?? 0;
  }

  /** How many operations are done for good, whatever is rolled back now. */
  get kept(): number {
    return Math.max(this.#kept, this.resumed);
  }

  /** Whether something is done that no rollback undoes. */
  get isSaved(): boolean {
    return this.#isSaved;
  }

  /** Whether an operation has failed that may have happened all the same. */
  get isUnknown(): boolean {
    return this.#isUnknown;
  }

  /** What stands in the journal for what is done. */
  get hash(): string {
    return this.#position < this.resumed ? (this.#earlier?.progress ?? '') : this.#hash;
  }

  /** What an earlier run has left of a statement whose end is not known. */
  get pending(): string | null {
    return this.#earlier?.pending ?? null;
  }

  /** How far it was with an operation that it has done a part of. */
  get checkpoint(): string | null {
    return this.#earlier?.checkpoint ?? null;
  }

  point(): Point {
    return { position: this.#position, hash: this.#hash, kept: this.#kept };
  }

  /** The operations since were rolled back. */
  back({ position, hash, kept }: Point): void {
    this.#position = position;
    this.#hash = hash;
    this.#kept = kept;
  }

  /** Counts one operation more. Throws REV_RESUME where it does not fit what an earlier run has done. */
  next(what: string): Next {
    const earlier = this.#earlier;
    const at = this.#position;
    if (earlier && at === earlier.position) this.#refuseOther(earlier);
    const before = this.#hash;
    this.#position += 1;
    this.#hash = hashOf(before + hashOf(what));
    if (!earlier || at > earlier.position) return { kind: 'run' };
    if (at < earlier.position) return { kind: 'pass' };
    if (earlier.pending === null) return { kind: 'run' };
    if (this.#resume === 'done') return { kind: 'pass' };
    const [how, hash] = earlier.pending.split(':');
    // Never from its first row: what is done of it would be done twice.
    if (how === 'partly' && earlier.checkpoint !== null) {
      if (hash !== hashOf(what))
        throw this.#changed('It has done a part of the next one, which is another one now.');
      return { kind: 'continue', from: JSON.parse(earlier.checkpoint) as readonly string[] };
    }
    if (this.#resume === 'again') return { kind: 'run' };
    if (how === 'failed') return { kind: 'probe', failed: true };
    if (hash !== hashOf(what)) throw this.unknown('The operation that was interrupted is another one now.');
    return { kind: 'probe', failed: false };
  }

  /** All operations were named. Throws REV_RESUME where an earlier run has done more. */
  finish(): void {
    const earlier = this.#earlier;
    if (!earlier || this.#position > earlier.position) return;
    if (this.#position < earlier.position) {
      throw this.#changed(`It had done ${earlier.position}, and there are ${this.#position} now.`);
    }
    this.#refuseOther(earlier);
  }

  /** Writes down how far it is, in whatever transaction the driver is in. */
  async save(driver: Driver): Promise<void> {
    this.#kept = this.position;
    if (this.#id === null) return;
    await this.#change(driver, this.#id, {
      position: this.position,
      progress: this.hash,
      // Until something new is done, what an earlier run has left of the next operation holds.
      ...(this.#position > this.resumed ? { pending: null, checkpoint: null } : {}),
    });
  }

  /** Writes down how far one operation is, in whatever transaction the driver is in. */
  async savePart(driver: Driver, what: string, checkpoint: readonly string[]): Promise<void> {
    if (this.#id === null) return;
    await this.#change(driver, this.#id, {
      pending: `partly:${hashOf(what)}`,
      checkpoint: JSON.stringify(checkpoint),
    });
  }

  /** Writes down that a statement is about to run whose end cannot be written down together with it, or that it failed. */
  async intend(driver: Driver, what: string, how: 'running' | 'failed'): Promise<void> {
    if (this.#id === null) return;
    await this.#change(driver, this.#id, { pending: `${how}:${hashOf(what)}` });
  }

  /** What was announced has failed, and may have happened all the same: the announcement stays. */
  leaveUnknown(): void {
    this.#isUnknown = true;
  }

  async #change(driver: Driver, id: string, change: EntryChange): Promise<void> {
    await driver.asBegun(async () => this.#journal?.change(driver, id, change));
  }

  /** What only a person can decide. */
  unknown(why: string): RevError {
    return new RevError(
      'REV_RESUME',
      `Revision ${this.#earlier?.revision} was cut at operation ${this.resumed + 1}, by an error or an interruption, and whether that has happened cannot be told. ${why}`,
      {
        hint: resumeHint,
        data: { revision: this.#earlier?.revision, position: this.resumed },
      },
    );
  }

  /** Throws REV_RESUME where something is gone that the operations which are done have made, and nobody has said how to go on. */
  refuseWithout(gone: readonly string[]): void {
    if (gone.length === 0 || this.#resume !== undefined) return;
    const isCut = this.pending !== null;
    throw new RevError(
      'REV_RESUME',
      `Revision ${this.#earlier?.revision} is half done (operations done: ${this.resumed}), and what they had in their session ended with it: ${gone.join(', ')}.`,
      {
        hint: [
          'See whether what is left to do needs it. Then run the same command again, with',
          ...(isCut
            ? ['  --resume done     if it does not, and the operation that was interrupted has happened']
            : []),
          `  --resume again    if it does not${isCut ? ', and that has not happened' : ''}`,
          '  --resume restart  to run the revision from its beginning',
        ].join('\n'),
        data: { revision: this.#earlier?.revision, position: this.resumed, gone },
      },
    );
  }

  #refuseOther(earlier: HalfRun): void {
    if (this.#hash !== earlier.progress) throw this.#changed('They are other ones now.');
  }

  #changed(why: string): RevError {
    return new RevError(
      'REV_RESUME',
      `Revision ${this.#earlier?.revision} is half done, and the operations that it has done were changed since. ${why}`,
      {
        hint: [
          'Take the change of those operations back; the ones that were not reached yet may be changed.',
          'Or run the revision from its beginning: --resume restart',
        ].join('\n'),
        data: { revision: this.#earlier?.revision, position: this.resumed },
      },
    );
  }
}

/** Where only a person knows whether an operation has happened. */
export const resumeHint = [
  'Look at the database. Then run the same command again, with',
  '  --resume done     if it has happened',
  '  --resume again    if it has not',
  '  --resume restart  to run the revision from its beginning',
].join('\n');

/** What an operation is, without the values that it writes: they may be secret, and other ones each time. */
export function operationText(operation: Operation): string {
  switch (operation.kind) {
    case 'execute':
      return `execute ${operation.sql.texts.join('?')}`;
    case 'backfill': {
      const { table, set, where, key } = operation;
      const sets = set.map(({ column, value }) => [column, value.texts]);
      return JSON.stringify([operation.kind, table, sets, where?.texts ?? null, key]);
    }
    case 'insert':
      return JSON.stringify([operation.kind, operation.table, operation.columns, operation.rows.length]);
    default:
      return JSON.stringify(operation, (_key, value: unknown) =>
        typeof value === 'bigint' ? String(value) : value,
      );
  }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
