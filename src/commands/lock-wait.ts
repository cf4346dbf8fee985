/** Five minutes: long enough for another replica's deploy. */
export const defaultLockWait = 300_000;
