/** A URL that holds a module's text: nothing is written to disk, and nothing is left behind. `id` is found again in stack frames. */
export function moduleUrl(text: string, id?: string): string {
  return `data:text/javascript;${id === undefined ? '' : `rev=${id};`}base64,${Buffer.from(text).toString('base64')}`;
}
