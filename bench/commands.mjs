/**
 * Whole processes: the commands that a user waits for, on the example, as multiples of an empty Node process.
 *
 *   npm run build && node bench/commands.mjs [runs]
 *
 * The runs are interleaved, so that a machine that slows down slows all of them; figures are medians.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const runs = Number(process.argv[2] ?? 15);
const repository = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const rev = join(repository, 'dist/cli/main.js');

const folder = mkdtempSync(join(tmpdir(), 'rev-bench-'));
for (const name of ['schema', 'revisions', 'alembic.config.ts', 'package.json']) {
  cpSync(join(repository, name), join(folder, name), { recursive: true });
}
symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'));

const cases = {
  'node -e 0': ['-e', '0'],
  'rev --version': [rev, '--version'],
  'rev heads': [rev, 'heads'],
  'rev history': [rev, 'history'],
  'rev current': [rev, 'current'],
  'rev check': [rev, 'check'],
  'rev create --autogenerate': [rev, 'create', '-m', 'x', '--autogenerate'],
  'rev upgrade head (nothing to do)': [rev, 'upgrade', 'head'],
};

function time(args) {
  const start = process.hrtime.bigint();
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${args.join(' ')} exited ${status}\n${stderr}`);
  return Number(process.hrtime.bigint() - start) / 1e6;
}

const median = (list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)];

try {
  time([rev, 'upgrade', 'head']);
  const times = Object.fromEntries(Object.keys(cases).map((name) => [name, []]));
  for (let run = -1; run < runs; run++) {
    for (const [name, args] of Object.entries(cases)) {
      const milliseconds = time(args);
      if (run >= 0) times[name].push(milliseconds);
    }
  }
  const unit = median(times['node -e 0']);
  for (const [name, list] of Object.entries(times)) {
    const middle = median(list);
    console.log(
      `${name.padEnd(36)} ${middle.toFixed(0).padStart(5)} ms  ${(middle / unit).toFixed(1).padStart(5)} ×`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
