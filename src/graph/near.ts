/**
 * Guesses what a mistyped name was meant to be.
 */

const most = 3;
const longest = 64;

/** Up to three of the known names that look like the given one, best first; ties by name. */
export function nearNames(name: string, known: Iterable<string>): string[] {
  if (name.length < 2 || name.length > longest) return [];
  const lower = name.toLowerCase();
  const limit = Math.max(1, Math.floor(name.length / 3));
  const found: { name: string; distance: number }[] = [];
  for (const candidate of known) {
    if (candidate.length > longest) continue;
    const other = candidate.toLowerCase();
    const distance = sharedStart(lower, other) >= 4 ? 1 : editDistance(lower, other, limit);
    if (distance <= limit) found.push({ name: candidate, distance });
  }
  found.sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1));
  return found.slice(0, most).map((entry) => entry.name);
}

function sharedStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}

/** Levenshtein's distance, or more than the limit as soon as that is sure. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    if (Math.min(...next) > limit) return limit + 1;
    row = next;
  }
  return row[b.length] ?? 0;
}
