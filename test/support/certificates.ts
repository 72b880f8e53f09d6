import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TemporaryFolder, temporaryFolder } from './temporary-folder.js';

export interface TestCertificate {
  readonly key: string;
  readonly cert: string;
}

/** A certificate authority that no one trusts who isn't told to. */
export interface TestAuthority {
  /** To be trusted, as PEM. */
  readonly ca: string;
  /** @param names as in `DNS:a.example,IP:127.0.0.1` */
  issue(names: string, validity?: { readonly days: number }): TestCertificate;
  remove(): void;
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** Makes an authority with the `openssl` command. */
export function createAuthority(): TestAuthority {
  const folder = temporaryFolder('authority');
  run(folder, [
    'req',
    '-x509',
    ...NEW_KEY,
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-subj',
    '/CN=Test CA',
    '-days',
    '2',
  ]);
  return {
    ca: read(folder, 'ca.pem'),
    issue: (names, { days } = { days: 1 }) => {
      folder.write('extensions', `subjectAltName=${names}\n`);
      run(folder, ['req', ...NEW_KEY, '-keyout', 'key', '-out', 'request', '-subj', '/CN=Test']);
      const signing = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', String(days)];
      run(folder, ['x509', '-req', '-in', 'request', ...signing, '-extfile', 'extensions', '-out', 'cert']);
      return { key: read(folder, 'key'), cert: read(folder, 'cert') };
    },
    remove: () => folder.remove(),
  };
}

function run({ path }: TemporaryFolder, args: readonly string[]): void {
  execFileSync('openssl', args, { cwd: path, stdio: 'pipe' });
}

function read({ path }: TemporaryFolder, name: string): string {
  return readFileSync(join(path, name), 'utf8');
}
