import { rmSync, symlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { postgres as dialect } from '../../src/dialects/postgres/index.js';
import { rowsOf } from '../../src/dialects/sqlite/connections/connection.js';
import { freshDatabase } from '../support/postgres.js';
import type { UserProject } from '../support/project.js';
import { config, refused, revision, sqliteProject } from '../support/refusals.js';
import { openFile } from '../support/sqlite-file.js';

/** Damage of every kind, what `rev doctor` says of it, and what is left after `--fix`: in the built command. */

const first = 'aaaa11112222';
const second = 'bbbb11112222';
const third = 'cccc11112222';

interface Patient {
  readonly project: UserProject;
  /** Runs statements and returns the rows of the last one. */
  sql(text: string): Promise<readonly Record<string, unknown>[]>;
}

function history(): UserProject {
  const project = sqliteProject();
  revision(project, { id: first });
  revision(project, { id: second, down: first });
  revision(project, { id: third, down: second });
  return project;
}

const sqlite = async (): Promise<Patient> => {
  const project = history();
  await project.ok(['ensure-version']);
  return {
    project,
    async sql(text) {
      const database = openFile(project.path('app.db'));
      try {
        if (!/^select/i.test(text)) database.exec(text);
        else return rowsOf(database, text);
        return [];
      } finally {
        database.close();
      }
    },
  };
};

const postgres = async (): Promise<Patient> => {
  const project = history();
  const { url, sql } = await freshDatabase();
  config(project, { dialect: 'postgres', url, schema: './schema' });
  await project.ok(['ensure-version']);
  return { project, sql };
};

interface Diagnosis {
  readonly code: number;
  readonly findings: readonly string[];
  readonly fixed: readonly string[];
}

/** Codes of what is found and what is mended. */
async function diagnose({ project }: Patient, ...options: readonly string[]): Promise<Diagnosis> {
  const { code, stdout, stderr } = await project.rev(['doctor', '--json', ...options]);
  expect(stderr).toBe('');
  const document = JSON.parse(stdout);
  const data = document.error?.data ?? document;
  if (document.error) expect(document.error.code).toBe('REV_UNHEALTHY');
  const codes = (list: readonly { code: string; fixable: boolean }[]) =>
    list.map((each) => `${each.code}${each.fixable ? '' : '!'}`);
  return { code, findings: codes(data.findings), fixed: codes(data.fixed) };
}

async function rows({ sql }: Patient): Promise<readonly unknown[]> {
  const found = await sql('select version_num from alembic_version order by 1');
  return found.map((row) => row.version_num);
}

const insert = (...ids: readonly (string | null)[]) =>
  `insert into alembic_version values ${ids.map((id) => (id === null ? '(null)' : `('${id}')`)).join(', ')}`;
const withoutKey = (type = 'varchar(255)') =>
  `drop table alembic_version; create table alembic_version (version_num ${type})`;

describe.each([
  ['sqlite', sqlite],
  ['postgres', postgres],
])('rev doctor on %s', (name, admit) => {
  it('finds nothing wrong with a sound database, and with an empty one', async () => {
    const patient = await admit();
    expect(await diagnose(patient)).toEqual({ code: 0, findings: [], fixed: [] });
    await patient.project.ok(['upgrade', 'head']);
    expect((await patient.project.ok(['doctor'])).stderr).toContain('Nothing is wrong');
    await patient.sql('drop table alembic_version');
    expect(await diagnose(patient, '--fix')).toEqual({ code: 0, findings: [], fixed: [] });
  });

  it('removes a row that lies under another', async () => {
    const patient = await admit();
    await patient.sql(insert(first, third));
    expect(await diagnose(patient)).toEqual({ code: 1, findings: ['ROW_OVERLAP'], fixed: [] });
    expect(await rows(patient)).toEqual([first, third]);
    expect(await diagnose(patient, '--fix')).toEqual({ code: 0, findings: [], fixed: ['ROW_OVERLAP'] });
    expect(await rows(patient)).toEqual([third]);
  });

  it('lists unknown rows, and removes those that it is told to', async () => {
    const patient = await admit();
    await patient.sql(insert('eeee11112222', 'ffff11112222', second));
    const unknown = 'ROW_UNKNOWN!';
    expect(await diagnose(patient, '--fix')).toEqual({ code: 1, findings: [unknown, unknown], fixed: [] });
    const { stdout } = await patient.project.rev(['doctor']);
    expect(stdout).toContain('rev doctor --fix --forget eeee11112222');
    expect(await diagnose(patient, '--fix', '--forget', 'eeee11112222')).toEqual({
      code: 1,
      findings: [unknown],
      fixed: ['ROW_UNKNOWN'],
    });
    expect(await rows(patient)).toEqual([second, 'ffff11112222'].sort());
    const forget = (id: string) => ['doctor', '--fix', '--forget', id];
    await refused(patient.project, forget(second), 'REV_USAGE', 2, [/ffff11112222/]);
    await refused(patient.project, forget('ffff'), 'REV_USAGE', 2);
    await refused(patient.project, ['doctor', '--forget', 'ffff11112222'], 'REV_USAGE', 2, [/--fix/]);
  });

  it('tells from the journal what an unknown row was', async () => {
    const patient = await admit();
    await patient.project.ok(['upgrade', 'head']);
    rmSync(patient.project.path(`revisions/${third}_made_by_hand.ts`));
    const told =
      /cccc11112222, which no file has\. The journal knows it: "made by hand", run at \d{4}-\d\d-\d\dT/;
    expect((await patient.project.rev(['doctor'])).stdout).toMatch(told);
    await patient.sql('drop table alembic_journal; create table alembic_journal (id integer)');
    expect((await diagnose(patient, '--fix', '--forget', third)).fixed).toEqual(['ROW_UNKNOWN']);
  });

  it('mends a table without a key, with rows that are double or NULL, all at once', async () => {
    const patient = await admit();
    await patient.sql(withoutKey());
    await patient.sql(insert(second, second, null, second, first, null));
    const all = ['ROW_NULL', 'ROW_DUPLICATE', 'ROW_OVERLAP', 'COLUMN_NULLABLE', 'TABLE_NO_KEY'];
    expect(await diagnose(patient)).toEqual({ code: 1, findings: all, fixed: [] });
    await refused(patient.project, ['upgrade', 'head'], 'REV_ROWS', 1, [/rev doctor --fix/]);
    expect(await diagnose(patient, '--fix')).toEqual({ code: 0, findings: [], fixed: all });
    expect(await rows(patient)).toEqual([second]);
    await expect(patient.sql(insert(second))).rejects.toThrow(/unique/i);
    await expect(patient.sql(insert(null))).rejects.toThrow(/null/i);
    await patient.project.ok(['upgrade', 'head']);
    expect(await rows(patient)).toEqual([third]);
  });

  it('keeps what it cannot mend out of the way of what it can', async () => {
    const patient = await admit();
    await patient.sql(insert(first, second, 'ffff11112222'));
    expect(await diagnose(patient, '--fix')).toEqual({
      code: 1,
      findings: ['ROW_UNKNOWN!'],
      fixed: ['ROW_OVERLAP'],
    });
    expect(await rows(patient)).toEqual([second, 'ffff11112222'].sort());
  });

  it('leaves rows alone that only seem wrong because the files are', async () => {
    const patient = await admit();
    await patient.sql(insert(first, third, 'ffff11112222'));
    revision(patient.project, { id: 'dddd11112222', down: 'eeee11112222' });
    expect(await diagnose(patient, '--fix', '--forget', 'ffff11112222')).toEqual({
      code: 1,
      findings: ['REV_MISSING_PARENT!', 'ROW_UNKNOWN!', 'ROW_OVERLAP!'],
      fixed: [],
    });
    expect(await rows(patient)).toHaveLength(3);
  });

  it('widens a column that is too short where that matters', async () => {
    const patient = await admit();
    const long = 'd'.repeat(40);
    await patient.sql(`${withoutKey('varchar(32) not null primary key')}; ${insert(second)}`);
    expect(await diagnose(patient)).toEqual({ code: 0, findings: [], fixed: [] });
    revision(patient.project, { id: long, down: third });
    const short = name === 'postgres' ? ['COLUMN_SHORT'] : [];
    expect(await diagnose(patient, '--fix')).toEqual({ code: 0, findings: [], fixed: short });
    await patient.project.ok(['upgrade', 'head']);
    expect(await rows(patient)).toEqual([long]);
  });

  it('takes a column of blank-padded text for what it is', async () => {
    const patient = await admit();
    await patient.sql(`${withoutKey('char(20) not null primary key')}; ${insert(second)}`);
    expect(await diagnose(patient)).toEqual({ code: 0, findings: [], fixed: [] });
    await patient.project.ok(['upgrade', 'head']);
    await patient.project.ok(['downgrade', first]);
    expect((await rows(patient)).map((row) => String(row).trim())).toEqual([first]);
  });

  it('says that a table of that name is none of versions', async () => {
    const patient = await admit();
    await patient.sql('drop table alembic_version; create table alembic_version (id integer)');
    expect(await diagnose(patient, '--fix')).toEqual({ code: 1, findings: ['TABLE_STRANGE!'], fixed: [] });
  });
});

describe('rev doctor --fix beside another runner', () => {
  const fix = ['doctor', '--fix', '--lock-wait', '200'];

  it('waits for the lock on PostgreSQL', async () => {
    const project = history();
    const { url, sql } = await freshDatabase();
    config(project, { dialect: 'postgres', url, schema: './schema' });
    await project.ok(['ensure-version']);
    await sql(insert(first, second));
    const driver = await dialect.connect({ url, from: project.folder });
    const release = await (
      await dialect.runnerLock(driver, { schema: null, name: 'alembic_version' })
    ).take();
    await refused(project, fix, 'REV_LOCKED', 3);
    await release?.();
    await driver.close();
    await project.ok(fix);
  });

  it('waits for the writer on SQLite', async () => {
    const patient = await sqlite();
    await patient.sql(insert(first, second));
    const other = openFile(patient.project.path('app.db'));
    other.exec('begin immediate');
    await refused(patient.project, fix, 'REV_LOCKED', 3);
    other.exec('rollback');
    other.close();
    await patient.project.ok(fix);
  });
});

it('finds a version table in a schema of its own, also where that is the default one', async () => {
  for (const versionTableSchema of ['public', 'ops']) {
    const project = history();
    const { url, sql } = await freshDatabase();
    await sql('create schema ops');
    config(project, { dialect: 'postgres', url, schema: './schema', versionTableSchema });
    await project.ok(['ensure-version']);
    await sql(`alter table ${versionTableSchema}.alembic_version drop constraint alembic_version_pkc;
      insert into ${versionTableSchema}.alembic_version values ('${second}'), ('${second}')`);
    expect((await diagnose({ project, sql }, '--fix')).fixed).toEqual(['ROW_DUPLICATE', 'TABLE_NO_KEY']);
    await project.ok(['upgrade', 'head']);
  }
});

describe('rev doctor of broken files', () => {
  it('finds all faults at once, where every other command stops at the first', async () => {
    const project = history();
    const file = (id: string, header: string) =>
      project.write(`revisions/${id}_made_by_hand.ts`, `${header}\nexport async function upgrade() {}\n`);
    const header = (id: string, down: string, labels = 'null') =>
      `export const revision = '${id}';\nexport const downRevision = ${down};\nexport const branchLabels = ${labels};`;
    file('d0d0d0d0d0d0', header(first, 'null'));
    file('d1d1d1d1d1d1', header('d1d1d1d1d1d1', "'nowhere00000'"));
    file('d2d2d2d2d2d2', header('d2d2d2d2d2d2', 'compute()'));
    file('d3d3d3d3d3d3', header('d3d3d3d3d3d3', "'d4d4d4d4d4d4'", "'one'"));
    file('d4d4d4d4d4d4', header('d4d4d4d4d4d4', "'d3d3d3d3d3d3'", "'one'"));
    symlinkSync('nowhere.ts', project.path('revisions/d5d5d5d5d5d5_gone.ts'));
    await refused(project, ['heads'], 'REV_DUPLICATE_REVISION', 2);
    const { stdout, stderr, code } = await project.rev(['doctor', '--no-database']);
    expect(code).toBe(1);
    expect([...stdout.matchAll(/^(REV_\w+): /gm)].map(([, each]) => each)).toEqual([
      'REV_DUPLICATE_REVISION',
      'REV_HEADER',
      'REV_HEADER',
      'REV_LABEL',
      'REV_MISSING_PARENT',
      'REV_CYCLE',
    ]);
    expect(stdout).toMatch(/aaaa11112222_made_by_hand\.ts and .*d0d0d0d0d0d0_made_by_hand\.ts/);
    expect(stdout).toMatch(/d1d1d1d1d1d1_made_by_hand\.ts\) revises 'nowhere00000'/);
    expect(stdout).toContain('d3d3d3d3d3d3 → d4d4d4d4d4d4 → d3d3d3d3d3d3');
    expect(stderr).toContain('error REV_UNHEALTHY: 6 findings.');
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('looks at the files where there is no database to be seen, and says so', async () => {
    const project = history();
    config(project, {
      dialect: 'postgres',
      url: 'postgres://me:secret-word@127.0.0.1:1/x',
      schema: './schema',
    });
    const { stdout, code } = await project.rev(['doctor']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^DATABASE_NOT_SEEN: The database was not looked at\./);
    expect(stdout).not.toContain('secret-word');
    config(project, { dialect: 'sqlite', schema: './schema' });
    expect((await diagnose({ project, sql: async () => [] })).findings).toEqual(['DATABASE_NOT_SEEN!']);
    expect((await diagnose({ project, sql: async () => [] }, '--no-database')).code).toBe(0);
  });

  it('takes a folder that is not there for a finding', async () => {
    const project = history();
    config(project, { dialect: 'sqlite', url: 'app.db', schema: './schema', revisions: './nowhere' });
    expect((await diagnose({ project, sql: async () => [] })).findings).toEqual(['REV_CONFIG!']);
  });
});
