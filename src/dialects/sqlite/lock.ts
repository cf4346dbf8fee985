import { setTimeout as wait } from 'node:timers/promises';
import { RevError } from '../../errors.js';
import type { Driver, Lock } from '../dialect.js';
import type { Connection } from './connections/connection.js';
import type { SqliteSession } from './driver.js';
import { isBusy, statementError } from './statement-error.js';

/**
 * SQLite has one writer at a time, and BEGIN IMMEDIATE makes a transaction that writer or waits. The runner reads the
 * version rows again inside each transaction, so that of two runners one works and the other finds the work done. A
 * lock of its own would be a second truth, which a killed process could leave behind.
 */
export const lock: Lock['lock'] = async () => async () => {};

const firstPause = 25;
const longestPause = 1000;

/**
 * Between transactions there is no writer. Then an empty file beside the database is locked, by SQLite itself: the
 * operating system ends that lock with the process. The file stays: whoever deleted it could delete it under another
 * process that has just locked it.
 */
export const lockBetween: Lock['lockBetween'] = async (driver, _key, timeout, waiting) => {
  const beside = openBeside(driver);
  if (!beside) return async () => {};
  const deadline = Date.now() + timeout;
  try {
    for (let pause = firstPause; ; pause = Math.min(pause * 2, longestPause)) {
      try {
        beside.exec('BEGIN EXCLUSIVE');
        return async () => beside.close();
      } catch (thrown) {
        if (!isBusy(thrown)) throw thrown;
      }
      const left = deadline - Date.now();
      if (left <= 0) {
        throw new RevError(
          'REV_LOCKED',
          `Another runner works on the database, after ${timeout / 1000} s of waiting.`,
          {
            hint: 'Wait for it, or end it. The lock ends with its process.',
          },
        );
      }
      waiting();
      await wait(Math.min(pause, left));
    }
  } catch (thrown) {
    beside.close();
    throw statementError(thrown, 'BEGIN EXCLUSIVE');
  }
};

function openBeside(driver: Driver): Connection | null {
  try {
    return (driver as SqliteSession).openBeside?.('-rev-lock') ?? null;
  } catch (thrown) {
    throw statementError(thrown, 'BEGIN EXCLUSIVE');
  }
}
