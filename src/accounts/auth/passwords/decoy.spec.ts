import { expect, it, jest } from '@jest/globals';
import type { Options } from '@node-rs/argon2';
import { Registry } from 'prom-client';
import type { AppConfig } from '../../../../config/index.js';

const argon2 = await import('@node-rs/argon2');
const hash = jest.fn((password: string, options?: Options) => argon2.hash(password, options));
jest.unstable_mockModule('@node-rs/argon2', () => ({ ...argon2, hash }));
const { PasswordHasher } = await import('./password-hasher.js');

const newHasher = () =>
  new PasswordHasher({ passwordHashing: { concurrency: 4, queueLength: 10 } } as AppConfig, new Registry());

it('computes the decoy once for concurrent callers', async () => {
  hash.mockClear();
  const hasher = newHasher();
  await Promise.all([1, 2, 3].map(() => hasher.verify(undefined, 'seven brave otters')));
  expect(await hasher.verify(undefined, 'correct horse battery staple')).toBe(false);
  expect(hash).toHaveBeenCalledTimes(1);
});

it('computes a failed decoy again, and users with a password never notice', async () => {
  const hasher = newHasher();
  const stored = await argon2.hash('seven brave otters');
  hash.mockRejectedValueOnce(new Error('no memory'));
  expect(await hasher.verify(stored, 'seven brave otters')).toBe(true);
  await expect(hasher.verify(undefined, 'seven brave otters')).rejects.toThrow('no memory');
  expect(await hasher.verify(undefined, 'seven brave otters')).toBe(false);
});
