import type { Driver, Lock, LockHolder } from '../dialect.js';
import type { Connection } from './connections/connection.js';
import type { SqliteSession } from './driver.js';
import { isBusy, statementError } from './statement-error.js';

/**
 * SQLite has one writer at a time, and BEGIN IMMEDIATE makes a transaction that writer or waits. The runner reads the
 * version rows again inside each transaction, so that of two runners one works and the other finds the work done. A
 * lock of its own would be a second truth, which a killed process could leave behind.
 */
export const runnerLock: Lock['runnerLock'] = async () => ({
  take: async () => async () => {},
  holder: async () => holder,
});

/**
 * Between transactions there is no writer. Then an empty file beside the database is locked, by SQLite itself: the
 * operating system ends that lock with the process. The file stays: whoever deleted it could delete it under another
 * process that has just locked it.
 */
export const lockBetween: Lock['lockBetween'] = async (driver) => ({
  async take() {
    const beside = openBeside(driver);
    if (!beside) return async () => {};
    try {
      beside.exec('BEGIN EXCLUSIVE');
      return async () => beside.close();
    } catch (thrown) {
      beside.close();
      if (isBusy(thrown)) return null;
      throw statementError(thrown, 'BEGIN EXCLUSIVE');
    }
  },
  holder: async () => holder,
});

const holder: LockHolder = {
  who: 'another process',
  hint: 'Wait for it, or end it. The lock ends with its process.',
};

function openBeside(driver: Driver): Connection | null {
  try {
    return (driver as SqliteSession).openBeside?.('-rev-lock') ?? null;
  } catch (thrown) {
    throw statementError(thrown, 'BEGIN EXCLUSIVE');
  }
}
