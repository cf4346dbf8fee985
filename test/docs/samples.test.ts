import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repository } from '../support/project.js';

/** The examples for programs and configurations fit the package's types. */

const pages = ['at-start-up.md', 'configuration.md', 'running.md'];

interface Sample {
  readonly name: string;
  readonly text: string;
}

/** Whole modules: those that import the package, or export something. */
const samples: readonly Sample[] = pages.flatMap((page) => {
  const blocks = readFileSync(join(repository, 'docs', page), 'utf8').matchAll(/^```ts\n([\s\S]*?)^```/gm);
  return [...blocks]
    .map(([, text = ''], at) => ({ name: `${basename(page, '.md')}-${at + 1}.ts`, text }))
    .filter(({ text }) => /^(?:import|export) /m.test(text));
});

/** Packages that the examples name and that are not installed here. */
const others = ['express', 'fastify', 'pino', 'electron', 'better-sqlite3'];

/** Inside of the repository, where packages are found. */
const folder = join(repository, 'test/docs/.samples');
const problems = new Map<string, string[]>();

beforeAll(() => {
  mkdirSync(folder, { recursive: true });
  for (const { name, text } of samples) writeFileSync(join(folder, name), `${text}\nexport {};\n`);
  const any = (name: string) =>
    `declare module '${name}' { const it: any; export default it; export const app: any; }`;
  const electron = 'declare namespace NodeJS { interface Process { readonly resourcesPath: string } }';
  writeFileSync(join(folder, 'others.d.ts'), [electron, ...others.map(any)].join('\n'));
  const program = ts.createProgram(
    readdirSync(folder).map((name) => join(folder, name)),
    {
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.NodeNext,
      types: ['node'],
      typeRoots: [join(repository, 'node_modules/@types')],
      paths: { 'drizzle-alembic': [join(repository, 'src/index.ts')] },
    },
  );
  for (const { file, messageText } of ts.getPreEmitDiagnostics(program)) {
    const name = basename(file?.fileName ?? '');
    problems.set(name, [...(problems.get(name) ?? []), ts.flattenDiagnosticMessageText(messageText, '\n')]);
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('examples', () => {
  it('are found', () => {
    expect(samples.length).toBeGreaterThan(10);
  });

  it.each(samples.map(({ name }) => name))('%s fits the types', (name) => {
    expect(problems.get(name) ?? []).toEqual([]);
  });

  it('nothing else is wrong with them', () => {
    const names = samples.map(({ name }) => name);
    expect([...problems].filter(([name]) => !names.includes(name))).toEqual([]);
  });
});

describe('the events of docs/at-start-up.md', () => {
  const source = readFileSync(join(repository, 'src/runtime/events.ts'), 'utf8');
  const kinds = [...source.matchAll(/readonly kind: '(\w+)'/g)].map(([, kind]) => kind);
  const page = readFileSync(join(repository, 'docs/at-start-up.md'), 'utf8');

  it.each(kinds)('say what %s is', (kind) => {
    expect(page).toMatch(new RegExp(`^\\| \`${kind}\` \\| .+ \\| .+ \\|$`, 'm'));
  });
});
