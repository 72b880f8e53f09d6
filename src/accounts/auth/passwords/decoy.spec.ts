import { afterEach, expect, it, jest } from '@jest/globals';
import { Registry } from 'prom-client';
import type { AppConfig } from '../../../../config/index.js';
import { HashingThreads } from './hashing-threads.js';
import { PasswordHasher } from './password-hasher.js';

const hash = jest.spyOn(HashingThreads.prototype, 'hash');
const hashers: PasswordHasher[] = [];

function newHasher(): PasswordHasher {
  const config = { passwordHashing: { concurrency: 4, queueLength: 10 } } as AppConfig;
  const hasher = new PasswordHasher(config, new Registry());
  hashers.push(hasher);
  return hasher;
}

afterEach(() => Promise.all(hashers.splice(0).map((hasher) => hasher.onApplicationShutdown())));

it('computes the decoy once for concurrent callers', async () => {
  hash.mockClear();
  const hasher = newHasher();
  await Promise.all([1, 2, 3].map(() => hasher.verify(undefined, 'seven brave otters')));
  expect(await hasher.verify(undefined, 'correct horse battery staple')).toBe(false);
  expect(hash).toHaveBeenCalledTimes(1);
});

it('computes a failed decoy again, and users with a password never notice', async () => {
  const hasher = newHasher();
  const stored = await hasher.hash('seven brave otters');
  hash.mockRejectedValueOnce(new Error('no memory'));
  expect(await hasher.verify(stored, 'seven brave otters')).toBe(true);
  await expect(hasher.verify(undefined, 'seven brave otters')).rejects.toThrow('no memory');
  expect(await hasher.verify(undefined, 'seven brave otters')).toBe(false);
});
