import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repository } from '../support/project.js';

const pages = ['README.md', ...readdirSync(join(repository, 'docs')).map((name) => `docs/${name}`)];

interface Link {
  /** Relative to the repository; the page itself for a mere anchor. */
  readonly file: string;
  readonly anchor: string | undefined;
}

function read(page: string): string {
  return readFileSync(join(repository, page), 'utf8');
}

/** Markdown links to files; examples in code are none. */
function linksOf(page: string): readonly Link[] {
  const prose = read(page).replace(/^```[\s\S]*?^```/gm, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [path, anchor] = target.split('#');
      return { file: path ? join(dirname(page), path) : page, anchor };
    });
}

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(page: string): readonly string[] {
  return [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe.each(pages)('%s', (page) => {
  it('links to files that exist', () => {
    const missing = linksOf(page).filter(({ file }) => !existsSync(join(repository, file)));
    expect(missing).toEqual([]);
  });

  it('links to headings that exist', () => {
    const missing = linksOf(page).filter(
      ({ file, anchor }) => anchor !== undefined && !anchorsOf(file).includes(anchor),
    );
    expect(missing).toEqual([]);
  });
});
