/**
 * What a long history costs: the graph by itself, and whole commands on files. Needs `npm run build`.
 *
 *     node bench/graph.mjs [runs] [sizes, such as 1000,10000,50000]
 *
 * Runs are interleaved and figures are medians, so that a busy machine is busy for all; only the ratios are to be compared.
 */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { idOf, repository, writeProject } from './history-files.mjs';

const runs = Number(process.argv[2] ?? 7);
const sizes = (process.argv[3] ?? '1000,10000,50000').split(',').map(Number);
const reader = fileURLToPath(new URL('./read-headers.mjs', import.meta.url));
const rev = join(repository, 'dist/cli/main.js');
const { RevisionGraph } = await import(pathToFileURL(join(repository, 'dist/graph/graph.js')).href);

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const ms = (time) => `${time < 10 ? time.toFixed(1) : time.toFixed(0)} ms`.padStart(9);
const ratio = (time, unit) => `${(time / unit).toFixed(1)} ×`.padStart(7);

function node(at, down, depends = []) {
  const known = (list) => list.filter((other) => other >= 0).map(idOf);
  return { id: idOf(at), down: known(down), labels: [], depends: known(depends) };
}

const shapes = {
  linear: (at) => node(at, [at - 1]),
  diamonds: (at) => (at % 3 === 0 ? node(at, [at - 2, at - 1]) : node(at, [at - (at % 3)])),
  'a depends_on each': (at) => node(at, [at - 2], [at - 1]),
};

const stages = ['build', 'upgrade', 'downgrade', 'heads', 'history', 'layout'];

/** Milliseconds of each stage. */
function timeGraph(revisions) {
  const times = [];
  const timed = (work) => {
    const start = performance.now();
    const result = work();
    times.push(performance.now() - start);
    return result;
  };
  const graph = timed(() => RevisionGraph.of(revisions));
  const plan = timed(() => graph.planUpgrade([], 'heads'));
  timed(() => graph.planDowngrade(plan.rows, 'base'));
  timed(() => graph.heads());
  const listed = timed(() => graph.history());
  timed(() => graph.layout(listed));
  return times;
}

console.log(`The graph in memory: ${stages.join(', ')}, all of them, and per revision`);
for (const [shape, make] of Object.entries(shapes)) {
  const histories = sizes.map((size) => Array.from({ length: size }, (_, at) => make(at)));
  const times = histories.map(() => []);
  for (let run = -2; run < runs; run++) {
    for (const [at, revisions] of histories.entries()) {
      const taken = timeGraph(revisions);
      if (run >= 0) times[at].push(taken);
    }
  }
  for (const [at, size] of sizes.entries()) {
    const parts = stages.map((_, stage) => median(times[at].map((taken) => taken[stage])));
    const sum = parts.reduce((total, part) => total + part, 0);
    const each = `${((sum / size) * 1000).toFixed(2)} µs`;
    console.log(
      `  ${shape.padEnd(18)}${String(size).padStart(6)} ${parts.map(ms).join(' ')}  ${ms(sum)} ${each.padStart(8)}`,
    );
  }
}

/** A whole process: milliseconds, and what it printed. */
function spawn(args, cwd) {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const time = performance.now() - start;
  if (status !== 0) throw new Error(`${args.join(' ')} exited ${status}\n${stderr}`);
  return { time, stdout };
}

/** Megabytes of memory at the most. */
function peakOf(args, cwd) {
  const report = "process.on('exit',()=>fs.writeSync(3,String(process.resourceUsage().maxRSS)))";
  const { output } = spawnSync(
    process.execPath,
    ['--import', `data:text/javascript,import fs from 'node:fs';${report}`, ...args],
    { cwd, encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'pipe', 'pipe'] },
  );
  return Number(output[3]) / 1024;
}

for (const size of sizes) {
  const folder = writeProject(size);
  try {
    const revisions = join(folder, 'revisions');
    // The first two print the milliseconds that they took once they were loaded.
    const inside = {
      'fs and a regex': [reader, 'regex', revisions],
      'scan, graph, heads': [reader, 'scan', revisions],
    };
    const whole = {
      'node, fs and a regex': [reader, 'regex', revisions],
      'rev heads': [rev, 'heads'],
      'rev history': [rev, 'history'],
    };
    const times = Object.fromEntries(
      [...Object.keys(inside), ...Object.keys(whole)].map((name) => [name, []]),
    );
    for (let run = -1; run < runs; run++) {
      for (const [name, args] of Object.entries(inside)) {
        const { stdout } = spawn(args, folder);
        if (run >= 0) times[name].push(Number(stdout));
      }
      for (const [name, args] of Object.entries(whole)) {
        const { time } = spawn(args, folder);
        if (run >= 0) times[name].push(time);
      }
    }
    for (const [title, group] of [
      [`${size} files, inside a process`, inside],
      [`${size} files, whole processes, and their memory at the most`, whole],
    ]) {
      console.log(`\n${title}`);
      const unit = median(times[Object.keys(group)[0]]);
      for (const [name, args] of Object.entries(group)) {
        const middle = median(times[name]);
        const memory = group === whole ? `${peakOf(args, folder).toFixed(0).padStart(5)} MB` : '';
        console.log(`  ${name.padEnd(24)} ${ms(middle)} ${ratio(middle, unit)} ${memory}`);
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
