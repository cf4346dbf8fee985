import { execFile } from 'node:child_process';
import type { RevResult, UserProject } from './project.js';

/** `rev` where no file may be longer than this, in kilobytes: for it that is a full disk. */
export function revOnFullDisk(
  project: UserProject,
  kilobytes: number,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<RevResult> {
  const main = project.path('node_modules/drizzle-alembic/dist/cli/main.js');
  const command = `trap '' XFSZ; ulimit -f ${kilobytes}; exec "$0" "$@"`;
  return new Promise((done) => {
    execFile(
      'bash',
      ['--norc', '-c', command, process.execPath, main, ...args],
      { cwd: project.folder, env: { ...process.env, ...env } },
      (error, stdout, stderr) => done({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}
