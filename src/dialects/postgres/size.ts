import type { Driver } from '../dialect.js';

export async function databaseSize(driver: Driver): Promise<number> {
  const rows = await driver.values('select pg_database_size(current_database())');
  return Number(rows[0]?.[0]);
}
