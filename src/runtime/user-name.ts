import { userInfo } from 'node:os';

let known: string | undefined;

/** Who runs this process, for the books. */
export function userName(): string {
  known ??= find();
  return known;
}

function find(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a user id that has no name.
    return String(process.getuid?.() ?? '');
  }
}
