import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { publint } from 'publint';
import { useInstalledSdk } from './installed-sdk.js';

const KB = 1024;
/** What a sign-in page may load of the SDK, gzipped. Both READMEs promise it. */
const MOST = 4 * KB;
const EVERYTHING = [
  'createGatehouse',
  'followInbox',
  'isProblem',
  'memoryStorage',
  'nativeStorage',
  'webStorage',
];
const SIGN_IN_PAGE = `
  import { createGatehouse, isProblem, webStorage } from '@gatehouse/client';
  const gatehouse = createGatehouse({ baseUrl: '', storage: webStorage(localStorage) });
  gatehouse.onSessionChange((session) => { document.title = session?.user.email ?? ''; });
  document.forms[0].onsubmit = () => gatehouse.signIn({ email: '', password: '' })
    .catch((error) => alert(isProblem(error, 'invalid-credentials') ? 'Wrong' : error));
  document.forms[1].onsubmit = () => gatehouse.signOut();
`;

const sdk = useInstalledSdk();
const json = (path: string): Record<string, unknown> =>
  JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;

describe('The package of the TypeScript SDK', () => {
  it('is ours, under our licence, and needs no other', () => {
    const manifest = json(join(sdk.package, 'package.json'));
    expect(manifest).toMatchObject({ name: '@gatehouse/client', version: json('package.json')['version'] });
    expect(Object.keys(manifest).filter((name) => /dependencies$/i.test(name))).toEqual([]);
    expect(readFileSync(join(sdk.package, 'LICENSE'), 'utf8')).toBe(readFileSync('LICENSE', 'utf8'));
    expect(readdirSync(sdk.package).sort()).toEqual(['LICENSE', 'README.md', 'dist', 'package.json', 'src']);
  });

  it('has nothing that publint finds', async () => {
    const { messages } = await publint({ pkgDir: sdk.package, strict: true, pack: false });
    expect(messages).toEqual([]);
  });

  it('has types that every resolution of ES modules finds', async () => {
    const attw = resolve('node_modules/@arethetypeswrong/cli/dist/index.js');
    const output = run(process.execPath, [
      attw,
      sdk.tarball,
      '--profile=esm-only',
      '--no-color',
      '--format=ascii',
    ]);
    expect((await output).stdout).toContain('"@gatehouse/client/operations"');
  });
});

describe('The size of the TypeScript SDK', () => {
  it('is less than 4 KB for a sign-in page', async () => {
    const size = await sizeOf(SIGN_IN_PAGE);
    const sizes = await Promise.all(
      EVERYTHING.map(
        async (name) => `${name} ${await sizeOf(`export { ${name} } from '@gatehouse/client';`)}`,
      ),
    );
    process.stdout.write(`Gzipped: sign-in page ${size} bytes; ${sizes.join(', ')}\n`);
    expect(size).toBeLessThan(MOST);
  });

  it('does not grow with operations that a page does not use', async () => {
    const code = await bundle(`export { getMe } from '@gatehouse/client/operations';`);
    expect(code.match(/\/v2\/[\w/{}]+/g)).toEqual(['/v2/users/me']);
    expect(await bundle(`import '@gatehouse/client'; import '@gatehouse/client/operations';`)).toBe('');
    expect(await bundle(`export { isProblem } from '@gatehouse/client';`)).not.toMatch(/fetch|\/v2\//);
  });
});

async function sizeOf(source: string): Promise<number> {
  return gzipSync(await bundle(source), { level: 9 }).length;
}

/** What a page would load. Through the program, since Jest's globals aren't those that esbuild's library expects. */
async function bundle(source: string): Promise<string> {
  const options = ['--bundle', '--minify', '--format=esm', '--log-level=warning'];
  const bundling = run(resolve('node_modules/.bin/esbuild'), options, { cwd: sdk.project });
  bundling.child.stdin?.end(source);
  return (await bundling).stdout.trim();
}

function run(program: string, args: readonly string[], options = {}) {
  return promisify(execFile)(program, args, options);
}
