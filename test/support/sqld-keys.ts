/** Tokens as Turso gives them: JSON web tokens that the server checks with a public key. */

import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SqldKeys {
  /** The flags of a server that takes their tokens and no others. */
  readonly flags: readonly string[];
  /** `ro` may only read. */
  token(access: 'rw' | 'ro'): string;
  remove(): void;
}

export function sqldKeys(): SqldKeys {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const folder = mkdtempSync(join(tmpdir(), 'rev-sqld-keys-'));
  const file = join(folder, 'key.pem');
  writeFileSync(file, publicKey.export({ type: 'spki', format: 'pem' }));
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return {
    flags: ['--auth-jwt-key-file', file],
    token(access) {
      const text = `${part({ alg: 'EdDSA', typ: 'JWT' })}.${part({ a: access })}`;
      return `${text}.${sign(null, Buffer.from(text), privateKey).toString('base64url')}`;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
