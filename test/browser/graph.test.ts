import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fileOf, teamHistory } from '../support/histories.js';
import { type UserProject, userProject } from '../support/project.js';

/** The page of `rev graph --format html`, as a person meets it: in a real browser. */

/** Chromium, from $CHROMIUM or the PATH. Without one these tests fail: they are run only where there should be one. */
function findChromium(): string {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const folders = (process.env.PATH ?? '').split(delimiter);
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    for (const folder of folders) {
      const file = join(folder, name);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {}
    }
  }
  throw new Error('There is no Chromium: install one, or name it in $CHROMIUM.');
}

const launchArguments = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const hostile = `</script><img src="https://example.invalid/x.png" onerror="document.title='owned'">'"&amp; \${data} &`;

/** A revision with functions of its own, on top of the team's. */
function revision(id: string, down: string, functions: string, message = id): string {
  return `/**
 * ${message}
 *
 * More about it.
 *
 * Revision: ${id}
 * Revises:  ${down}
 * Created:  2026-11-20T12:00:00Z
 */
import { column, sql } from 'drizzle-alembic';
export const revision = '${id}';
export const downRevision = '${down}';
export const branchLabels = null;
export const dependsOn = null;
${functions}
`;
}

let project: UserProject;
let browser: Browser;
let page: Page;
let url: string;
let troubles: string[];
let requests: string[];
const team = teamHistory(60, 6);
const last = team.at(-1)?.id ?? '';
const count = team.length + 4;

beforeAll(async () => {
  project = userProject();
  project.write('alembic.config.ts', "export default { dialect: 'sqlite', schema: './schema' };");
  for (const each of team) project.write(`revisions/${each.id}_team.ts`, fileOf(each));
  const files = {
    aaaa00000001: revision(
      'aaaa00000001',
      last,
      `export async function upgrade(op) {
  await op.createTable('evil', [column('id', 'integer')]);
  await op.execute(sql\`insert into evil values (\${'</script><script>document.title = 1</script>'})\`);
}
export async function downgrade(op) { await op.dropTable('evil'); }`,
      hostile,
    ),
    aaaa00000002: revision(
      'aaaa00000002',
      'aaaa00000001',
      `export async function upgrade(op) {
  await op.renameTable('evil', 'good');
  await op.db.all(sql\`select * from good\`);
}`,
      'read what is there',
    ),
    aaaa00000003: revision(
      'aaaa00000003',
      'aaaa00000002',
      `export async function upgrade(op) {
  await op.execute('create table "by hand" (x)');
  await op.alterColumn('by hand', 'x', { type: 'integer' });
  await op.createTable('after', [column('id', 'integer')]);
}
export async function downgrade(op) { await op.dropTable('after'); }`,
      'alter what raw SQL made',
    ),
    aaaa00000004: revision(
      'aaaa00000004',
      'aaaa00000003',
      `throw new Error('no luck');
export async function upgrade(op) {}`,
      'fail to load',
    ),
  };
  for (const [id, text] of Object.entries(files)) project.write(`revisions/${id}_x.ts`, text);
  const { stdout } = await project.ok(['graph', '-o', 'history.html']);
  url = pathToFileURL(stdout.trim()).href;
  browser = await chromium.launch({ executablePath: findChromium(), args: launchArguments });
});

afterAll(async () => {
  await browser?.close();
  project?.remove();
});

beforeEach(async () => {
  await page?.close();
  page = await browser.newPage({ viewport: { width: 1200, height: 800 } });
  troubles = [];
  requests = [];
  page.on('console', (message) => troubles.push(message.text()));
  page.on('pageerror', (error) => troubles.push(error.message));
  page.on('dialog', (dialog) => troubles.push(dialog.message()));
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(url);
});

const revisions = () => page.getByRole('option');
const named = (name: string | RegExp) => page.getByRole('option', { name });
const panel = () => page.getByRole('complementary', { name: 'Revision' });
const search = () => page.getByRole('searchbox');
const transform = () => page.locator('#view').getAttribute('transform');

/** The scale along the drawing. */
async function scale(): Promise<number> {
  return Number(/scale\(\S+ (\S+)\)/.exec((await transform()) ?? '')?.[1]);
}

describe('the page', () => {
  it('shows every revision, asks for nothing, and reports nothing', async () => {
    expect(await revisions().count()).toBe(count);
    expect(await page.title()).toBe(`${count} revisions`);
    await named(/fail to load/).click();
    await search().fill('orders');
    await search().press('Enter');
    expect(troubles).toEqual([]);
    expect(requests).toEqual([url]);
  });

  it('draws the lines of merges', async () => {
    expect(await page.locator('.lines path').count()).toBe(
      team.reduce((sum, { down }) => sum + down.length, 0) + 4,
    );
  });

  it('shows what is known of a revision that is clicked', async () => {
    const chosen = team.find(({ message, down }) => message === 'audit log' && down.length === 1);
    await search().fill(chosen?.id ?? '');
    await named(new RegExp(chosen?.id ?? '')).click();
    const text = await panel().innerText();
    expect(text).toContain(chosen?.id);
    expect(text).toContain(chosen?.down[0]);
    expect(text).toContain(`revisions/${chosen?.id}_team.ts`);
    expect(text).toContain('audit log');
    expect(text).toContain(`create table t_${chosen?.id}`);
    expect(text).toContain(`CREATE INDEX "t_${chosen?.id}_name"`);
    expect(text).toContain(`drop table t_${chosen?.id}`);
    expect(text).toContain(`DROP TABLE "t_${chosen?.id}";`);
    expect(text).toMatch(/Created\s+2025-\d\d-\d\d \d\d:00:00 UTC/);
  });

  it('leads from a revision to its parent', async () => {
    await named(/aaaa00000002/).click();
    await panel().getByRole('link', { name: 'aaaa00000001' }).click();
    expect(await panel().getByRole('heading', { level: 2 }).innerText()).toContain('</script>');
    expect(await named(/aaaa00000001/).getAttribute('aria-selected')).toBe('true');
  });

  it('takes what a message and SQL say for text', async () => {
    await named(/aaaa00000001/).click();
    expect(await panel().getByRole('heading', { level: 2 }).innerText()).toBe(hostile);
    expect(await panel().innerText()).toContain("('</script><script>document.title = 1</script>')");
    expect(await panel().innerText()).toContain('More about it.');
    expect(await page.title()).toBe(`${count} revisions`);
    expect(await page.locator('img').count()).toBe(0);
    expect(troubles).toEqual([]);
    expect(requests).toEqual([url]);
  });

  it('says what cannot be told without a database, and tells the rest', async () => {
    await named(/aaaa00000002/).click();
    expect(await panel().innerText()).toContain('rename table evil to good');
    expect(await panel().innerText()).toContain('reads from the database');
    expect(await panel().innerText()).toContain('there is no way back');
    await named(/aaaa00000003/).click();
    expect(await panel().innerText()).toContain('There is no table by hand');
    expect(await panel().innerText()).toContain('CREATE TABLE "after"');
    await named(/aaaa00000004/).click();
    expect(await panel().innerText()).toContain('no luck');
  });

  it('finds revisions by message, id and label, one after the other', async () => {
    const wanted = team.filter(({ message }) => message === 'tags');
    await search().fill('TAGS');
    expect(await page.locator('.revision.match').count()).toBe(wanted.length);
    expect(await page.getByRole('status').innerText()).toBe(`${wanted.length} found`);
    await search().press('Enter');
    expect(await page.getByRole('status').innerText()).toBe(`1 of ${wanted.length}`);
    const first = await panel().locator('dd').first().innerText();
    await search().press('Enter');
    expect(await panel().locator('dd').first().innerText()).not.toBe(first);
    await search().press('Shift+Enter');
    expect(await panel().locator('dd').first().innerText()).toBe(first);
    const [labelled] = team.filter(({ labels }) => labels.length > 0);
    for (const text of [labelled?.labels[0] ?? '', labelled?.id ?? '']) {
      await search().fill(text);
      await search().press('Enter');
      expect(await panel().innerText()).toContain(labelled?.id);
    }
    await search().fill('nothing says this');
    expect(await page.getByRole('status').innerText()).toBe('none');
  });

  it('brings what it finds into sight', async () => {
    await search().fill('organizations');
    await search().press('Enter');
    const box = await named(/organizations/).boundingBox();
    expect(box?.y).toBeGreaterThan(0);
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThan(800);
  });

  it('zooms with the wheel, with buttons and with keys', async () => {
    expect(await scale()).toBe(1);
    await page.mouse.move(300, 300);
    await page.mouse.wheel(0, -300);
    await expect.poll(scale).toBeGreaterThan(1.5);
    await page.getByRole('button', { name: 'Zoom out' }).click();
    await page.getByRole('button', { name: 'Zoom out' }).click();
    const out = await scale();
    await page.getByRole('button', { name: 'Zoom in' }).click();
    expect(await scale()).toBeCloseTo(out * 1.25);
    await page.getByRole('button', { name: 'Width' }).click();
    expect(await scale()).toBe(1);
    await page.locator('#picture').focus();
    await page.keyboard.press('-');
    expect(await scale()).toBeCloseTo(0.8);
  });

  it('shows the whole with the names of what matters', async () => {
    await page.getByRole('button', { name: 'Whole' }).click();
    expect(await scale()).toBeLessThan(0.5);
    const names = await page.locator('.name').allTextContents();
    expect(names.join('\n')).toContain('head');
    expect(names.join('\n')).toContain('organizations, users and teams');
    const tops = await page
      .locator('.name text')
      .evaluateAll((all) => all.map((each) => Number(each.getAttribute('y'))).sort((a, b) => a - b));
    for (const [at, top] of tops.slice(1).entries()) expect(top - (tops[at] ?? 0)).toBeGreaterThanOrEqual(16);
  });

  it('moves when it is dragged, and chooses nothing by that', async () => {
    const before = await transform();
    await page.mouse.move(400, 600);
    await page.mouse.down();
    await page.mouse.move(400, 500, { steps: 4 });
    await page.mouse.up();
    expect(await transform()).not.toBe(before);
    expect(await panel().isVisible()).toBe(false);
  });

  it('is usable with the keyboard alone', async () => {
    await search().focus();
    for (let tab = 0; tab < 5; tab++) await page.keyboard.press('Tab');
    expect(await panel().innerText()).toContain('aaaa00000004');
    await page.keyboard.press('ArrowDown');
    expect(await panel().innerText()).toContain('aaaa00000003');
    await page.keyboard.press('End');
    expect(await panel().innerText()).toContain('organizations, users and teams');
    await page.keyboard.press('Escape');
    expect(await panel().isVisible()).toBe(false);
    await page.keyboard.press('/');
    await page.keyboard.type('audit');
    expect(await page.locator('.revision.match').count()).toBeGreaterThan(0);
  });

  it('is dark where the reader wants it dark', async () => {
    const colour = () => page.evaluate("getComputedStyle(document.querySelector('.paper')).fill");
    expect(await colour()).toBe('rgb(255, 255, 255)');
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await colour()).toBe('rgb(13, 17, 23)');
  });
});

describe('the page of 2,000 revisions', () => {
  it('is there in a moment, and finds and shows the oldest', async () => {
    const large = userProject();
    try {
      large.write('alembic.config.ts', "export default { dialect: 'sqlite', schema: './schema' };");
      for (const each of teamHistory(2000, 120)) large.write(`revisions/${each.id}_team.ts`, fileOf(each));
      const { stdout } = await large.ok(['graph', '--format', 'html', '--output', 'large.html']);
      await page.goto(pathToFileURL(stdout.trim()).href);
      expect(await page.title()).toBe('2000 revisions');
      await search().fill('organizations, users');
      await search().press('Enter');
      expect(await panel().innerText()).toContain('CREATE TABLE');
      expect(await named(/organizations/).isVisible()).toBe(true);
      await page.getByRole('button', { name: 'Whole' }).click();
      expect(await revisions().count()).toBe(2000);
      expect(troubles).toEqual([]);
    } finally {
      large.remove();
    }
  });
});
