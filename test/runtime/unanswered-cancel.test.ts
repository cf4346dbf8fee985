import { expect, it, onTestFinished } from 'vitest';
import { testRunner } from '../support/runner.js';

it.skipIf(process.platform === 'win32')(
  'an interrupt that the server does not heed ends the connection',
  async () => {
    const runner = await testRunner('postgres');
    const stop = new AbortController();
    const interruptible = await runner.interruptible(stop.signal);
    await runner.driver.run({ sql: 'create table t (n integer)' });
    const pids = () =>
      runner.column("select pid from pg_locks where relation = 't'::regclass and granted") as Promise<
        readonly number[]
      >;
    const run = interruptible.upgrade(
      [{ id: 'a1', upgrade: (op) => op.execute('lock table t; select pg_sleep(60)') }],
      'heads',
      { signal: stop.signal },
    );
    const outcome = expect(run).rejects.toMatchObject({ code: 'REV_INTERRUPTED' });
    await expect.poll(pids, { timeout: 10_000 }).toHaveLength(1);
    const [pid = 0] = await pids();
    process.kill(pid, 'SIGSTOP');
    let isStopped = true;
    const goOn = () => {
      if (isStopped) process.kill(pid, 'SIGCONT');
      isStopped = false;
    };
    onTestFinished(goOn);
    const begin = performance.now();
    stop.abort();
    await outcome;
    await interruptible.driver.close();
    expect(performance.now() - begin).toBeLessThan(10_000);
    goOn();
    await expect.poll(pids, { timeout: 10_000 }).toEqual([]);
    expect(await runner.rows()).toEqual([]);
  },
  40_000,
);
