import { type ChildProcess, spawn } from 'node:child_process';
import { type FaultRevision, faultHistory, revisionText } from './fault-history.js';
import { type UserProject, userProject } from './project.js';

/** A project with the history of fault-history.ts, whose runs are processes that can be ended. */

export function faultProject(
  dialect: 'postgres' | 'sqlite',
  url: string,
  history: readonly FaultRevision[] = faultHistory(dialect),
): UserProject {
  const project = userProject();
  project.write(
    'alembic.config.mjs',
    `export default { dialect: '${dialect}',${dialect === 'sqlite' ? " driver: 'libsql'," : ''} url: process.env.TEST_URL ?? ${JSON.stringify(url)}, lock: process.env.TEST_LOCK, leaseDuration: 2000, schema: './schema' };`,
  );
  history.forEach((revision, at) => {
    project.write(`revisions/${revision.id}.mjs`, revisionText(revision, history[at - 1]?.id ?? null));
  });
  return project;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<{
    readonly code: number | null;
    readonly signal: string | null;
    readonly output: string;
  }>;
}

/** Starts `rev`; the test decides when it ends. */
export function startRev(
  project: UserProject,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Running {
  const main = project.path('node_modules/drizzle-alembic/dist/cli/main.js');
  const child = spawn(process.execPath, [main, ...args], {
    cwd: project.folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
    });
  }
  const ended = new Promise<Awaited<Running['ended']>>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, output }));
  });
  return { child, ended };
}
