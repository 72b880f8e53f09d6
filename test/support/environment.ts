import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { type AppConfig, BadEnvironment, parseEnvironment, type Role } from '../../config/index.js';

type Environment = Parameters<typeof parseEnvironment>[0];

export const newKey = (id = 'k1'): string => `${id}:${randomBytes(32).toString('base64')}`;

export const newPem = (namedCurve = 'P-256'): string =>
  generateKeyPairSync('ec', { namedCurve }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

/** The variables without a default. */
export const COMPLETE: Environment = {
  DATABASE_URL: 'postgres://127.0.0.1/gatehouse',
  REDIS_URL: 'redis://127.0.0.1',
  SMTP_URL: 'smtp://127.0.0.1:1025',
  JWT_PRIVATE_KEYS: newPem(),
  ENCRYPTION_KEYS: newKey(),
  BLIND_INDEX_KEYS: newKey(),
};

export function parse(overrides: Environment = {}, role: Role = 'all'): AppConfig {
  return parseEnvironment({ ...COMPLETE, ...overrides }, role);
}

/** What is wrong, a line per variable, or nothing when the environment is fine. */
export function problemsOf(overrides: Environment, role: Role = 'all'): readonly string[] {
  try {
    parse(overrides, role);
    return [];
  } catch (error) {
    if (error instanceof BadEnvironment) {
      return error.problems;
    }
    throw error;
  }
}

/** Those that are in clear. */
export function keysIn(
  keys: AppConfig['keys']['encryption'],
): { readonly id: string; readonly bytes: Buffer }[] {
  return keys.filter((key) => 'bytes' in key);
}

export function namesIn(problems: readonly string[]): string[] {
  return problems.map((problem) => problem.split(' ', 1)[0] ?? '');
}
