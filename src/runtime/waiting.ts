import { setTimeout as wait } from 'node:timers/promises';
import { displayName, type QualifiedName } from '../catalog/index.js';
import type { LockHolder, RunnerLock } from '../dialects/dialect.js';
import { RevError } from '../errors.js';
import type { Report } from './events.js';

const firstPause = 25;
const longestPause = 1000;
const justGone: LockHolder = { who: 'another runner', hint: 'Try again: it has just gone.' };

export interface WaitOptions {
  /** What the runners share: for messages. */
  readonly name: QualifiedName;
  /** In milliseconds. */
  readonly timeout: number;
  readonly report: Report;
  readonly signal?: AbortSignal | undefined;
}

/** Waits until the lock is free, and takes it. Throws REV_LOCKED when the time is over, REV_INTERRUPTED. */
export async function untilTaken(
  lock: RunnerLock,
  { name, timeout, report, signal }: WaitOptions,
): Promise<() => Promise<void>> {
  const deadline = Date.now() + timeout;
  let isSaid = false;
  for (let pause = firstPause; ; pause = Math.min(pause * 2, longestPause)) {
    const release = await lock.take();
    if (release) return release;
    const left = deadline - Date.now();
    if (left <= 0) {
      const { who, hint, data } = (await lock.holder()) ?? justGone;
      throw new RevError(
        'REV_LOCKED',
        `Another runner works on ${displayName(name)}: ${who} holds the lock, after ${timeout / 1000} s of waiting.`,
        { hint, data: { holder: data ?? null, timeout } },
      );
    }
    if (!isSaid) report({ kind: 'waiting', text: 'Another runner holds the lock; waiting for it.' });
    isSaid = true;
    // Two that are in each other's way must not meet again.
    await pauseFor(Math.min(pause * (0.5 + Math.random() / 2), left), signal, 'another runner');
  }
}

/** Throws REV_INTERRUPTED as soon as there is an interrupt. */
export async function pauseFor(
  milliseconds: number,
  signal: AbortSignal | undefined,
  what: string,
): Promise<void> {
  try {
    await wait(milliseconds, undefined, signal ? { signal } : {});
  } catch {
    throw new RevError('REV_INTERRUPTED', `Interrupted while waiting for ${what}.`);
  }
}
