import type { Paint } from '../pictures/terminal.js';
import type { Output } from './output.js';

/** Lanes take turns, so that neighbours differ. */
export function paintOf({ out }: Output): Paint {
  const colours = [out.cyan, out.magenta, out.green, out.yellow, out.blue, out.red];
  return {
    lane: (lane, text) => (colours[lane % colours.length] ?? out.cyan)(text),
    id: out.yellow,
    label: out.cyan,
    mark: (text) => (text === '(head)' || text === '(current)' ? out.green(text) : out.dim(text)),
    note: out.dim,
  };
}

/** Whether the terminal says that it cannot show more than ASCII. */
export function wantsAscii(env: Readonly<Record<string, string | undefined>>): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG;
  return env.TERM === 'dumb' || (locale !== undefined && locale !== '' && !/utf-?8/i.test(locale));
}
