/** Asks the drizzle-kit that is installed in the user's project for the SQL that leads back. */

import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import type { DialectName } from '../../catalog/index.js';
import type { Answer, Request } from './derive-child.js';
import type { KitHistory, KitMigration } from './history.js';
import { type Job, type KitLine, kitModule, questionFor } from './jobs.js';
import { splitStatements } from './statements.js';

/** How a migration is taken back, or why nobody can say. */
export type WayBack =
  | { readonly kind: 'statements'; readonly statements: readonly string[] }
  | { readonly kind: 'unknown'; readonly why: string };

/** The drizzle-kit of a project. */
export interface InstalledKit {
  readonly line: KitLine;
  /** The path of its module. */
  readonly module: string;
}

/** One migration may be slow; a kit that waits for something that never comes is not waited for. */
const patience = 60_000;

/** Finds drizzle-kit as a file in `folder` would. undefined: it is not installed. Nothing of it is loaded. */
export function findKit(folder: string, dialect: DialectName): InstalledKit | undefined {
  const require = createRequire(join(folder, 'package.json'));
  for (const line of ['0.31', '1.x'] as const) {
    try {
      return { line, module: require.resolve(kitModule(line, dialect)) };
    } catch {
      // The other line, or none.
    }
  }
  return undefined;
}

/** A way back for each of `migrations`, which are of `history`, by their names. Never throws for what the kit does. */
export async function deriveWaysBack(
  history: KitHistory,
  migrations: readonly KitMigration[],
  options: { readonly kit: InstalledKit | undefined; readonly folder: string },
): Promise<ReadonlyMap<string, WayBack>> {
  const ways = new Map<string, WayBack>();
  const { kit, folder } = options;
  const jobs: Job[] = [];
  for (const migration of migrations) {
    if (!kit) {
      ways.set(
        migration.name,
        unknown('drizzle-kit, which could derive one, is not installed in the project'),
      );
      continue;
    }
    const question = questionFor(history, migration, kit.line);
    if (question.kind === 'ask') jobs.push(question.job);
    else if (question.kind === 'nothing') ways.set(migration.name, { kind: 'statements', statements: [] });
    else ways.set(migration.name, unknown(question.why));
  }
  if (!kit) return ways;
  const snapshots = Object.fromEntries(
    history.migrations.flatMap(({ name, snapshot }) => (snapshot ? [[name, snapshot]] : [])),
  );
  const sql = new Map(migrations.map((migration) => [migration.name, migration.sql]));
  for (let rest: readonly Job[] = jobs; rest.length > 0; ) {
    const request = { ...kit, dialect: history.dialect, snapshots, jobs: rest };
    const { answers, ending } = await runChild(request, folder);
    for (const answer of answers) ways.set(answer.name, wayOf(answer, sql.get(answer.name) ?? ''));
    // Where drizzle-kit has ended the process, it was over the next one; the others get another.
    const ended = rest[answers.length];
    if (ended) ways.set(ended.name, unknown(ending));
    rest = rest.slice(answers.length + 1);
  }
  return ways;
}

function unknown(why: string): WayBack {
  return { kind: 'unknown', why };
}

function wayOf(answer: Answer, sql: string): WayBack {
  if ('problem' in answer) return unknown(`drizzle-kit failed on it: ${firstLine(answer.problem)}`);
  if (answer.statements.length === 0 && splitStatements(sql).length > 0)
    return unknown('drizzle-kit sees nothing that it could take back');
  return { kind: 'statements', statements: answer.statements };
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0]?.trim().slice(0, 200) ?? '';
}

function runChild(
  request: Request,
  cwd: string,
): Promise<{ readonly answers: readonly Answer[]; readonly ending: string }> {
  return new Promise((resolve) => {
    const program = fileURLToPath(new URL('./derive-child.js', import.meta.url));
    const child = spawn(process.execPath, [program], { cwd, stdio: ['pipe', 'pipe', 'pipe', 'pipe'] });
    let lines = '';
    let talk = '';
    let timer: NodeJS.Timeout | undefined;
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(() => child.kill('SIGKILL'), patience);
    };
    wait();
    child.stdio[3]?.on('data', (chunk) => {
      lines += chunk;
      wait();
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk) => {
        if (talk.length < 10_000) talk += chunk;
      });
    }
    // A program that has ended reads no more.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(JSON.stringify(request));
    const finish = (ending: string) => {
      clearTimeout(timer);
      const complete = lines.split('\n').slice(0, -1);
      resolve({ answers: complete.map((line) => JSON.parse(line) as Answer), ending });
    };
    child.on('error', (error) => finish(`drizzle-kit could not be run: ${error.message}`));
    child.on('close', (code, signal) => {
      const said = firstLine(stripVTControlCharacters(talk));
      const how = signal ? 'did not end' : `ended with code ${code}`;
      finish(`drizzle-kit ${how}${said ? `: ${said}` : ''}`);
    });
  });
}
