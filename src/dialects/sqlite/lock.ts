import type { Lock } from '../dialect.js';

/**
 * SQLite has one writer at a time, and BEGIN IMMEDIATE makes a transaction that writer or waits. The runner reads the
 * version rows again inside each transaction, so that of two runners one works and the other finds the work done. A
 * lock of its own would be a second truth, which a killed process could leave behind.
 */
export const lock: Lock['lock'] = async () => async () => {};
