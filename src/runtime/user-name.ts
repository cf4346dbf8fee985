import { userInfo } from 'node:os';

/** Who runs this process, for the books. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a user id that has no name.
    return String(process.getuid?.() ?? '');
  }
}
