import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/commands/index.js';
import { repository, runRev } from '../support/project.js';

/** docs/cli.md against the built command: nothing that it has is undocumented, and nothing is documented that it lacks. */

const text = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8');
const main = `${repository}/dist/cli/main.js`;

/** The text from the heading of that name to the next heading of its level. */
function section(heading: string): string {
  const start = text.indexOf(`\n## ${heading}\n`);
  if (start < 0) return '';
  const end = text.indexOf('\n## ', start + 1);
  return text.slice(start, end < 0 ? undefined : end);
}

/** upgrade and downgrade share a section. */
function sectionOf(command: string): string {
  return section(command) || section('upgrade and downgrade');
}

/** `-m, --message  …` and `    --sql  …`, as yargs prints them. */
function optionsOf(help: string): readonly string[] {
  return [...help.matchAll(/^ {2,6}(?:(-\w)(?:, | {2}))?(--[\w-]+)?/gm)]
    .flatMap(([, short, long]) => [short, long])
    .filter((each): each is string => each !== undefined);
}

function mentions(where: string, option: string): boolean {
  return new RegExp(`(?<![\\w-])${option}(?![\\w-])`).test(where);
}

const names = Object.keys(commands);
const help = new Map<string, string>();

beforeAll(async () => {
  await Promise.all(
    names.map(async (name) => {
      const { code, stdout } = await runRev(repository, main, [name, '--help']);
      expect(code).toBe(0);
      help.set(name, stdout);
    }),
  );
});

describe('docs/cli.md', () => {
  it('lists every command with its aliases', () => {
    const table = text.slice(0, text.indexOf('\n## '));
    for (const [name, { aliases = [] }] of Object.entries(commands)) {
      for (const each of [name, ...aliases]) expect(table).toContain(`\`${each}\``);
    }
  });

  it.each(names)('has a section for %s with every option that its help shows', (name) => {
    const options = optionsOf(help.get(name) ?? '');
    expect(options).toContain('--json');
    const where = sectionOf(name) + section('Options of every command');
    expect(options.filter((option) => !mentions(where, option))).toEqual([]);
  });

  it.each(names)('documents no option of %s that its help does not show', (name) => {
    const documented = [...sectionOf(name).matchAll(/^\| (?:`(-\w)`, )?`(--[\w-]+)`/gm)]
      .flatMap(([, short, long]) => [short, long])
      .filter((each) => each !== undefined);
    const options = optionsOf(help.get(name) ?? '');
    expect(documented.filter((option) => !options.includes(option))).toEqual([]);
  });
});
