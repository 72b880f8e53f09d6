import { type Algorithm, hash } from '@node-rs/argon2';
import { afterAll, describe, expect, it } from '@jest/globals';
import { dictionary } from '@zxcvbn-ts/language-common';
import { Registry } from 'prom-client';
import type { AppConfig } from '../../../../config/index.js';
import { BreachedPasswords } from './breached-passwords.js';
import { ARGON2_PARAMETERS, PasswordHasher } from './password-hasher.js';
import { PASSWORD_MIN_LENGTH, PasswordPolicy } from './password-policy.js';

const hasherWith = (concurrency: number, queueLength: number, registry = new Registry()): PasswordHasher =>
  new PasswordHasher({ passwordHashing: { concurrency, queueLength } } as AppConfig, registry);

describe('PasswordHasher', () => {
  const hasher = hasherWith(2, 100);

  afterAll(() => hasher.onApplicationShutdown());

  it('verifies its own hashes, which use the parameters recommended by OWASP', async () => {
    const stored = await hasher.hash('seven brave otters');
    // 16 bytes of salt, 32 of hash.
    expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(await hasher.verify(stored, 'seven brave otters')).toBe(true);
    expect(await hasher.verify(stored, 'seven brave otter')).toBe(false);
  });

  it('accepts a password in any Unicode normalization form', async () => {
    const [composed, decomposed] = ['gr\u00fc\u00dfe-\u00e9\u00e8', 'gru\u0308\u00dfe-e\u0301e\u0300'];
    expect(await hasher.verify(await hasher.hash(composed), decomposed)).toBe(true);
    expect(await hasher.verify(await hasher.hash(decomposed), composed)).toBe(true);
  });

  it.each([
    ['in ASCII', 'correct horse battery staple'],
    ['with three Unicode forms', 'correct horse battery \u00b2 stu\u0308ck'],
  ])('never accepts a password %s without a user, and takes the same time', async (_kind, password) => {
    const time = async (against: string | undefined, matches: boolean): Promise<number> => {
      const startedAt = performance.now();
      expect(await hasher.verify(against, password)).toBe(matches);
      return performance.now() - startedAt;
    };
    await time(undefined, false);
    for (const known of ['seven brave otters', password]) {
      const stored = await hasher.hash(known);
      const ratios: number[] = [];
      // In turn, so that what else the machine does falls on both alike.
      for (let i = 0; i < 25; i += 1) {
        ratios.push((await time(undefined, false)) / (await time(stored, known === password)));
      }
      const median = ratios.sort((one, other) => one - other)[12];
      expect(median).toBeGreaterThan(0.6);
      expect(median).toBeLessThan(1.6);
    }
  });

  it('detects a hash with other parameters', async () => {
    const argon2i = 1 as Algorithm;
    for (const other of [
      { timeCost: 1 },
      { memoryCost: 8_192 },
      { parallelism: 2 },
      { algorithm: argon2i },
    ]) {
      expect(hasher.isOutdated(await hash('x', { ...ARGON2_PARAMETERS, ...other }))).toBe(true);
    }
    expect(hasher.isOutdated(await hash('x', ARGON2_PARAMETERS))).toBe(false);
  });

  it('returns 503 with Retry-After when too many requests wait', async () => {
    const busy = hasherWith(1, 1);
    // One that is hashed, one that is next in the thread, and one that waits.
    const running = [busy.hash('a'), busy.hash('b'), busy.hash('c')];
    await expect(busy.hash('d')).rejects.toMatchObject({
      code: 'unavailable',
      occurrence: { headers: { 'Retry-After': '2' } },
    });
    await Promise.all(running);
  });

  it('reports how many wait, for how many seconds, and how many were rejected', async () => {
    const registry = new Registry();
    const busy = hasherWith(1, 1, registry);
    const startedAt = performance.now();
    const running = [busy.hash('a'), busy.hash('b'), busy.hash('c')];
    await expect(busy.hash('d')).rejects.toThrow();
    const name = 'gatehouse_password_hash';
    expect(await valueOf(registry, `${name}_waiting`)).toBe(1);
    expect(await valueOf(registry, `${name}_refused_total`)).toBe(1);
    await Promise.all(running);
    const seconds = (performance.now() - startedAt) / 1000;
    expect(await valueOf(registry, `${name}_waiting`)).toBe(0);
    expect(await valueOf(registry, `${name}_wait_seconds_count`)).toBe(3);
    const waited = await valueOf(registry, `${name}_wait_seconds_sum`);
    expect(waited).toBeGreaterThan(0);
    expect(waited).toBeLessThan(seconds);
  });

  it('rejects a stored hash that it cannot read, and goes on', async () => {
    await expect(hasher.verify('no hash', 'seven brave otters')).rejects.toThrow();
    expect(await hasher.verify(undefined, 'seven brave otters')).toBe(false);
  });

  it('finishes what it has begun before it shuts down', async () => {
    const closing = hasherWith(1, 10);
    const first = await closing.hash('a');
    const both = Promise.all([closing.verify(first, 'a'), closing.verify(first, 'b')]);
    await closing.onApplicationShutdown();
    expect(await both).toEqual([true, false]);
  });
});

async function valueOf(registry: Registry, name: string): Promise<number> {
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(await registry.metrics())?.[1]);
}

describe('PasswordPolicy', () => {
  const policy = new PasswordPolicy(
    new BreachedPasswords({ passwordBreachUrl: null } as AppConfig, new Registry()),
  );
  const check = (password: string) => policy.check(password, 'ada.lovelace@acme.com');
  const weak = expect.objectContaining({ code: 'weak-password' });

  it('has more than 3,000 common passwords of sufficient length', () => {
    const common = new Set(
      dictionary['passwords-common'].filter(({ length }) => length >= PASSWORD_MIN_LENGTH),
    );
    expect(common.size).toBeGreaterThan(3000);
  });

  it.each(['password', 'Password123', '12345678', 'QWERTYUIOP', 'iloveyou'])(
    'rejects %s',
    async (password) => {
      await expect(check(password)).rejects.toEqual(weak);
    },
  );

  it.each(['ｐａｓｓｗｏｒｄ１２３', 'ＰＡＳＳＷＯＲＤ', '①②③④⑤⑥⑦⑧'])(
    'rejects %s, which is a common password in other characters',
    async (password) => {
      await expect(check(password)).rejects.toEqual(weak);
    },
  );

  it("rejects the user's own address in full-width characters", async () => {
    await expect(check('ａｄａ.ｌｏｖｅｌａｃｅ')).rejects.toEqual(weak);
  });

  it.each(['ada.lovelace@acme.com', 'Ada.Lovelace', 'ADA.LOVELACE@ACME.COM'])(
    "rejects the user's own address as %s",
    async (password) => {
      await expect(check(password)).rejects.toEqual(weak);
    },
  );

  it("rejects the user's own address, however they wrote it", async () => {
    await expect(policy.check('ada.lovelace', 'ADA.Lovelace@ACME.com')).rejects.toEqual(weak);
    await expect(policy.check('ada.lovelace@acme.com', 'ADA.Lovelace@ACME.com')).rejects.toEqual(weak);
  });

  it('accepts any other password', async () => {
    await expect(check('seven brave otters')).resolves.toBeUndefined();
  });
});
