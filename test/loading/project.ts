import { mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll } from 'vitest';

/** A project of the user's in a temporary folder: file texts by path. The repository's own drizzle-orm is linked into it. */
export function project(
  files: Readonly<Record<string, string>>,
  { packages = ['drizzle-orm'] } = {},
): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'rev-project-')));
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  for (const name of packages) link(join(folder, 'node_modules', name), resolve('node_modules', name));
  folders.push(folder);
  return folder;
}

export function link(at: string, target: string): void {
  mkdirSync(dirname(at), { recursive: true });
  symlinkSync(target, at, 'junction');
}

const folders: string[] = [];
afterAll(async () => {
  const { rmSync } = await import('node:fs');
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});
