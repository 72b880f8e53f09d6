import { afterAll, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import type { AppConfig } from '../../../../config/index.js';
import { FOREIGN_HASHES, FOREIGN_PASSWORD } from '../../../../test/support/foreign-hashes.js';
import { PasswordHasher } from './password-hasher.js';
import { reasonAgainstHash } from './stored-hash.js';

const SALT = 'hCDTC2RFZPTXv/Sp1c4vpw';
const HASH = 'HKpp0XDoUZcMgSJzabpnVxc95pr4/WAN2TOGCvIc6LM';
const BCRYPT = 'BI1fujAUvwTgoYcDKw/v3evAhcwK7kPfkjVeEG7094B5gDPsaDQva';
const COMPOSED = 'gr\u00fc\u00dfe aus K\u00f6ln';
const DECOMPOSED = COMPOSED.normalize('NFD');

const config = { passwordHashing: { concurrency: 1, queueLength: 100 } } as AppConfig;
const hasher = new PasswordHasher(config, new Registry());
afterAll(() => hasher.onApplicationShutdown());

const argon2 = (members: string, rest = `${SALT}$${HASH}`): string => `$argon2id$v=19$${members}$${rest}`;
const scrypt = (members: string, rest = `${SALT}$${HASH}`): string => `$scrypt$${members}$${rest}`;
const firebase = ({ v = '1', n = '14', r = '8', ss = 'Bw==', sk = HASH, rest = '' } = {}): string =>
  `$firebase-scrypt$v=${v},n=${n},r=${r},p=1,ss=${ss},sk=${sk}${rest}$${SALT}$${HASH}`;

describe('a password hash from another system', () => {
  it.each(FOREIGN_HASHES)('is verified: $format', async ({ hash }) => {
    expect(reasonAgainstHash(hash)).toBeUndefined();
    expect(await hasher.verify(hash, FOREIGN_PASSWORD)).toBe(true);
    expect(await hasher.verify(hash, `${FOREIGN_PASSWORD}s`)).toBe(false);
    expect(await hasher.verify(hash, '')).toBe(false);
    expect(hasher.isOutdated(hash)).toBe(true);
  });

  it('is verified with the example that Firebase has published', async () => {
    // https://github.com/firebase/scrypt
    const key = 'jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==';
    const hash = 'lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==';
    const stored = `$firebase-scrypt$v=1,n=14,r=8,p=1,ss=Bw==,sk=${key}$42xEC+ixf3L2lw==$${hash}`;
    expect(await hasher.verify(stored, 'user1password')).toBe(true);
    expect(await hasher.verify(stored, 'user2password')).toBe(false);
    expect(await hasher.verify(stored.replace('ss=Bw==', 'ss=Bg=='), 'user1password')).toBe(false);
  });

  it('has the first 72 bytes of the password if bcrypt made it', async () => {
    const stored = '$2b$04$E54FHs4WdKM8yOwKsYI4AOVysVIqHcwvQxiUI.J.ta4mGoeh0IQF2';
    const password = 'seven brave otters '.repeat(4).slice(0, 72);
    expect(await hasher.verify(stored, password)).toBe(true);
    expect(await hasher.verify(stored, `${password}ers`)).toBe(true);
    expect(await hasher.verify(stored, password.slice(0, 71))).toBe(false);
    expect(await hasher.verify(stored, `${password.slice(0, 71)}T`)).toBe(false);
  });

  it.each([
    ['as it was typed', '$2b$04$BnKCGS4ldgFZE5FETik3FutnC.ikysmCJpzQmwXaB7EKRtBEuD/LW', [DECOMPOSED]],
    ['composed', '$2b$04$x/77k9iDkekw.97B6WI2R.63bkfzy.NIZEtQ8gQM1oYJTxaYvIGUS', [COMPOSED, DECOMPOSED]],
    [
      'composed, with a superscript',
      '$2b$04$dWsMPfLtEGn43v53Kk4EjeJ6gfNGANH0X3/3sN0qn.3PQHirzT.1q',
      ['gr\u00fc\u00dfe in \u00b2 \u00bd', 'gru\u0308\u00dfe in \u00b2 \u00bd'],
    ],
    [
      'as it was typed, by Argon2id with our own parameters',
      `$argon2id$v=19$m=19456,t=2,p=1$${SALT}$ZWJWggr7u93smKwYCROmbRtrfHRD8KzkM8S2RySrcSU`,
      [DECOMPOSED],
    ],
  ])('may be that of a password %s', async (_form, stored, typed) => {
    for (const password of typed) {
      expect(await hasher.verify(stored, password)).toBe(true);
      expect(await hasher.verify(stored, `${password}\u0308`)).toBe(false);
    }
  });

  it('leaves the event loop alone while it is verified', async () => {
    let turns = 0;
    let verified = false;
    const verifying = hasher.verify(`$pbkdf2-sha512$i=2000000$${SALT}$${HASH}`, 'x').finally(() => {
      verified = true;
    });
    while (!verified) {
      await new Promise((resolve) => setImmediate(resolve));
      turns += 1;
    }
    expect(await verifying).toBe(false);
    expect(turns).toBeGreaterThan(100);
  });

  it.each([
    argon2('m=262144,t=4,p=1'),
    argon2('m=512,t=1,p=64'),
    argon2('t=1,p=1,m=8', `AAAAAAAAAAA$${'A'.repeat(22)}`),
    scrypt('ln=18,r=8,p=1'),
    scrypt('ln=15,r=1,p=64'),
    scrypt('ln=1,r=64,p=64'),
    scrypt('p=1,r=8,ln=1', `${'A'.repeat(86)}$${'A'.repeat(86)}`),
    firebase({ ss: '' }),
    `$2b$04$${BCRYPT}`,
  ])('is verified at the limit: %s', async (stored) => {
    expect(reasonAgainstHash(stored)).toBeUndefined();
    expect(await hasher.verify(stored, 'x')).toBe(false);
  });
});

describe('reasonAgainstHash', () => {
  it.each([
    '',
    'seven brave otters',
    '5f4dcc3b5aa765d61d8327deb882cf99',
    '$1$salt$hash',
    `$2x$10$${BCRYPT}`,
    `$argon2d$v=19$m=1024,t=3,p=4$${SALT}$${HASH}`,
    `pbkdf2_sha256$29000$${SALT}$${HASH}`,
    `x$2b$10$${BCRYPT}`,
    `$pbkdf2-md5$i=1000$${SALT}$${HASH}`,
    `$constructor$i=1000$${SALT}$${HASH}`,
    firebase({ ss: 'A'.repeat(500) }),
  ])('rejects what is no hash that we know: %j', (text) => {
    expect(reasonAgainstHash(text)).toBe(
      'must be a bcrypt, Argon2id, Argon2i, scrypt, PBKDF2 or Firebase scrypt hash, such as $2b$12$…',
    );
  });

  it.each([
    ['bcrypt', `$2b$03$${BCRYPT}`],
    ['bcrypt', `$2b$32$${BCRYPT}`],
    ['bcrypt', `$2b$5$${BCRYPT}`],
    ['bcrypt', `$2b$05$${BCRYPT.slice(1)}`],
    ['bcrypt', `$2b$05$${BCRYPT}a`],
    ['bcrypt', `$2b$05$${BCRYPT}\n`],
    ['bcrypt', `$2b$05$${BCRYPT}$`],
    ['bcrypt', `$2b$05$${BCRYPT.replace('/v3e', '/v3f')}`],
    ['bcrypt', `$2b$05$${BCRYPT.slice(0, -1)}b`],
    ['bcrypt', '$2b$05$'],
    ['Argon2', `$argon2id$m=1024,t=3,p=4$${SALT}$${HASH}`],
    ['Argon2', `$argon2id$v=18$m=1024,t=3,p=4$${SALT}$${HASH}`],
    ['Argon2', argon2('m=1024,t=3')],
    ['Argon2', argon2('m=1024,t=3,p=4,p=4')],
    ['Argon2', argon2('m=1024,t=3,p=4,keyid=x')],
    ['Argon2', argon2('m=1024,t=3,px4')],
    ['Argon2', argon2('m=1024,t=0,p=4')],
    ['Argon2', argon2('m=1024,t=03,p=4')],
    ['Argon2', argon2('m=1e3,t=3,p=4')],
    ['Argon2', argon2('m=31,t=3,p=4')],
    ['Argon2', argon2('m=1024,t=3,p=4', `AAAAAAAAAA$${HASH}`)],
    ['Argon2', argon2('m=1024,t=3,p=4', `${SALT}$${'A'.repeat(20)}`)],
    ['Argon2', argon2('m=1024,t=3,p=4', `${SALT}$${'A'.repeat(87)}`)],
    ['Argon2', argon2('m=1024,t=3,p=4', SALT)],
    ['Argon2', argon2('m=1024,t=3,p=4', `${SALT}$${HASH}$`)],
    ['scrypt', scrypt('ln=16,r=1,p=1')],
    ['scrypt', scrypt('ln=15,r=8,p=1', `${SALT}$${HASH.slice(0, -1)}N`)],
    ['scrypt', scrypt('ln=15,r=8,p=1', `${SALT}$${HASH}==`)],
    ['scrypt', scrypt('ln=15,r=8,p=1', `${SALT}$${HASH.slice(0, -1)} `)],
    ['scrypt', scrypt('ln=15,r=8,p=1', `${SALT.replace('/', '.')}$${HASH}`)],
    ['PBKDF2', `$pbkdf2-sha256$i=$${SALT}$${HASH}`],
    ['PBKDF2', `$pbkdf2-sha256$0$${SALT}$${HASH}`],
    ['PBKDF2', `$pbkdf2-sha256$i=99999999999$${SALT}$${HASH}`],
    ['PBKDF2', `$pbkdf2-sha256$i=1000$${SALT}`],
    ['Firebase scrypt', firebase({ v: '2' })],
    ['Firebase scrypt', firebase({ n: '' })],
    ['Firebase scrypt', firebase({ ss: 'B' })],
    ['Firebase scrypt', firebase({ sk: SALT })],
    ['Firebase scrypt', firebase({ sk: '' })],
    ['Firebase scrypt', firebase({ rest: ',x=1' })],
  ])('rejects a damaged %s hash: %j', (name, text) => {
    expect(reasonAgainstHash(text)).toMatch(new RegExp(`^must be a complete ${name} hash, such as \\$`));
  });

  it.each([
    [`$2b$16$${BCRYPT}`, 'bcrypt may use up to a cost of 15'],
    [argon2('m=262145,t=1,p=1'), 'Argon2 may use up to 256 MiB of memory (m)'],
    [argon2('m=262144,t=5,p=1'), 'Argon2 may use up to 256 MiB of memory (m), 1 GiB for all passes'],
    [argon2('m=1024,t=9999999999,p=1'), 'Argon2 may use up to'],
    [argon2('m=1024,t=1,p=65'), 'Argon2 may use up to'],
    [scrypt('ln=19,r=8,p=1'), 'scrypt may use up to 256 MiB of memory (128·N·r)'],
    [scrypt('ln=18,r=8,p=5'), 'scrypt may use up to'],
    [scrypt('ln=9999999999,r=9999999999,p=1'), 'scrypt may use up to'],
    [scrypt('ln=1,r=65,p=1'), 'scrypt may use up to'],
    [scrypt('ln=1,r=1,p=65'), 'scrypt may use up to'],
    [`$pbkdf2-sha256$i=2000001$${SALT}$${HASH}`, 'PBKDF2 may use up to 2,000,000 iterations'],
    [firebase({ n: '19' }), 'Firebase scrypt may use up to 256 MiB'],
  ])('rejects a hash that costs too much: %s', (text, reason) => {
    expect(reasonAgainstHash(text)).toContain(`costs more than allowed: ${reason}`);
  });
});
