import type { Driver } from '../dialect.js';

export async function databaseSize(driver: Driver): Promise<number> {
  const [pages, size] = [await driver.values('PRAGMA page_count'), await driver.values('PRAGMA page_size')];
  return Number(pages[0]?.[0]) * Number(size[0]?.[0]);
}
