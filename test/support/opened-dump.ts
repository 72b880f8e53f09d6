import { createDecipheriv } from 'node:crypto';
import { parseKeys } from '../../config/parsers.js';
import { keysIn } from './environment.js';
import { setting } from './setting.js';

const SEALED = /v1\.([\w~-]+)\.([\w-]+)/g;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * What someone learns from a dump who also has `ENCRYPTION_KEYS`: itself, and everything that's sealed in it, whatever it was
 * sealed for. If keys are among that, also what those open.
 */
export function openedWithAllKeys(dump: string): string {
  const keys = keysIn(parseKeys(setting('TEST_ENCRYPTION_KEYS')));
  const sealed = [...dump.matchAll(SEALED)].map(([, id = '', body = '']) => ({ id, body }));
  const opened = sealed.flatMap(({ id, body }) =>
    keys.filter((key) => key.id === id).map(({ bytes }) => decrypt(body, bytes)),
  );
  const found = opened.map((text) => Buffer.from(text, 'base64url')).filter(({ length }) => length === 32);
  const others = sealed.filter(({ id }) => keys.every((key) => key.id !== id));
  const openedByFound = others.flatMap(({ body }) => found.map((key) => decrypt(body, key)));
  return [dump, ...opened, ...openedByFound].join('\n');
}

/** Checks neither the tag nor the context: an attacker doesn't, either. */
function decrypt(body: string, key: Buffer): string {
  const bytes = Buffer.from(body, 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES));
  return decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)).toString('utf8');
}
