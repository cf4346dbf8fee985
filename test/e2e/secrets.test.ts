import { describe, expect, it, onTestFinished } from 'vitest';
import { faultHistory } from '../support/fault-history.js';
import { faultProject } from '../support/fault-project.js';
import { freshDatabase } from '../support/postgres.js';

/** The password of a run is in nothing that the run says or leaves behind. */

describe('the password of the URL', () => {
  it('is in no output, no error, no JSON and no row of the journal', async () => {
    const database = await freshDatabase();
    const role = `${database.name}_owner`;
    const password = "s3cr3t'p@ss wörd/%41";
    await database.sql(`create role ${role} login superuser password '${password.replaceAll("'", "''")}'`);
    onTestFinished(async () => {
      await database.sql(`reassign owned by ${role} to postgres; drop owned by ${role}; drop role ${role}`);
    });
    const url = new URL(database.url);
    url.username = role;
    url.password = encodeURIComponent(password);
    const project = faultProject('postgres', url.href, faultHistory('postgres'));
    onTestFinished(() => project.remove());
    project.write(
      'revisions/zz.mjs',
      `export const revision = 'zz'; export const downRevision = 'j1';
       export async function upgrade(op) { await op.execute('insert into nowhere values (1)'); }
       export async function downgrade(op) {}`,
    );
    const wrong = new URL(url);
    wrong.password = `${url.password}x`;
    const nowhere = new URL(url);
    nowhere.port = '1';
    let heard = '';
    for (const args of [
      ['info', '-v'],
      ['upgrade', 'j1', '--dry-run', '-v'],
      ['upgrade', 'j1', '-v', '--debug'],
      ['upgrade', 'head', '-v', '--debug'],
      ['status'],
      ['current'],
      ['doctor'],
      ['downgrade', 'base'],
      ['reset'],
      ['redo'],
      ['upgrade', 'head', '--sql'],
      ['upgrade', 'head', '--url', wrong.href, '--debug'],
      ['upgrade', 'head', '--url', nowhere.href, '--debug'],
      ['upgrade', 'head', '--url', `${url.href}&sslmode=require`, '--debug'],
      ['info', '--url', nowhere.href],
    ]) {
      for (const more of [[], ['--json']]) {
        const { stdout, stderr } = await project.rev([...args, ...more]);
        heard += stdout + stderr;
      }
    }
    expect(heard).toContain('REV_REVISION_FAILED');
    expect(heard).toContain('REV_AUTH');
    expect(heard).toContain('REV_CONNECT');
    const journal = JSON.stringify(await database.sql('select * from alembic_journal'));
    expect(journal).toContain('j1');
    for (const spelling of [
      password,
      password.replaceAll("'", "''"),
      url.password,
      encodeURIComponent(password),
      's3cr3t',
    ]) {
      expect(heard).not.toContain(spelling);
      expect(journal).not.toContain(spelling);
    }
  });
});
