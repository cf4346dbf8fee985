/**
 * One way to read the headers of a folder, in a process of its own; prints how many milliseconds it took.
 *
 *     node bench/read-headers.mjs regex|scan <folder>
 */
import { readdirSync, readFileSync } from 'node:fs';

const [way, folder] = process.argv.slice(2);
const read = way === 'scan' ? await scanning() : bare;
const start = performance.now();
read();
console.log(performance.now() - start);

/** The least that anybody could do. It would be misled by a comment. */
function bare() {
  const found = [];
  for (const name of readdirSync(folder)) {
    const text = readFileSync(`${folder}/${name}`, 'utf8');
    const id = /^export const revision = '(\w+)'/m.exec(text)?.[1];
    const down = /^export const downRevision = (.*);/m.exec(text)?.[1];
    found.push({ id, down });
  }
  return found;
}

async function scanning() {
  const { scan } = await import('../dist/revisions/scan.js');
  const { RevisionGraph } = await import('../dist/graph/graph.js');
  return () => RevisionGraph.of(scan([folder])).heads();
}
