import { createPrivateKey } from 'node:crypto';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ensureSecrets, FirstAdmin } from '#tools/embedded';
import { describe, expect, it } from '@jest/globals';
import { parse } from '../support/environment.js';
import { useDataFolders } from './temporary-folder.js';

const folders = useDataFolders();

describe('generated keys', () => {
  it('are created once, and only their owner can read them', () => {
    const dataDir = folders.create();
    const files = ensureSecrets(dataDir);
    const contents = Object.values(files).map((path) => readFileSync(path, 'utf8'));
    expect(ensureSecrets(dataDir)).toEqual(files);
    expect(Object.values(files).map((path) => readFileSync(path, 'utf8'))).toEqual(contents);
    expect(new Set(contents).size).toBe(5);
    for (const path of Object.values(files)) {
      expect(statSync(path).mode & 0o777).toBe(0o600);
    }
  });

  it('have the format that the environment requires', () => {
    const files = ensureSecrets(folders.create());
    const signing = createPrivateKey(readFileSync(files.jwtPrivateKeysFile));
    expect(signing.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
    const [id, bytes] = readFileSync(files.encryptionKeysFile, 'utf8').trim().split(':');
    expect(id).toBe('k1');
    expect(Buffer.from(bytes ?? '', 'base64')).toHaveLength(32);
    const VAPID_PRIVATE_KEY = readFileSync(files.vapidPrivateKeyFile, 'utf8');
    expect(parse({ VAPID_PRIVATE_KEY }).vapid?.publicKey).toMatch(/^B[\w-]{86}$/);
  });
});

describe('the first admin', () => {
  const email = 'admin@example.com';
  const inFolder = (): string => {
    const dataDir = folders.create();
    mkdirSync(join(dataDir, 'postgres'));
    return dataDir;
  };

  it('keeps the same password until it was printed, even after a crash', () => {
    const dataDir = inFolder();
    const first = new FirstAdmin(dataDir).pending(email);
    expect(first?.password).toMatch(/^.{24,}$/);
    expect(new FirstAdmin(dataDir).pending(email)).toEqual(first);
  });

  it('loses its stored password once printed', () => {
    const dataDir = inFolder();
    const admin = new FirstAdmin(dataDir);
    const credentials = admin.pending(email);
    admin.announced({ email, password: '' });
    expect(admin.pending(email)).toBeNull();
    const file = join(dataDir, 'postgres', 'first-admin.json');
    expect(readFileSync(file, 'utf8')).not.toContain(credentials?.password);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('is a new one for another address', () => {
    const admin = new FirstAdmin(inFolder());
    admin.announced({ email, password: '' });
    expect(admin.pending('boss@example.com')).toMatchObject({ email: 'boss@example.com' });
  });
});
