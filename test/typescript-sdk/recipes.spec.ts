import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { User } from '../../sdk/typescript/src/index.js';
import { useApiApp } from '../support/api-app.js';
import { eventually } from '../support/eventually.js';
import { aUser } from '../support/factories.js';
import { ADMIN, WITH_ADMIN } from '../support/use-app.js';
import { FakeNativeStorage, FakeWebStorage } from './devices.js';
import { compile, describeProject, useInstalledSdk } from './installed-sdk.js';

type Async<Arguments extends unknown[], Result> = (...given: Arguments) => Promise<Result>;

const sdk = useInstalledSdk();
const { api } = useApiApp({ ...WITH_ADMIN });
const element = { textContent: '' };

beforeAll(async () => {
  Object.assign(globalThis, { localStorage: new FakeWebStorage(), nativeStorage: new FakeNativeStorage() });
  describeProject(sdk.project, { noUncheckedIndexedAccess: true, rootDir: '.', outDir: 'out' });
  for (const { name, code } of recipes(readFileSync('sdk/typescript/README.md', 'utf8'))) {
    write(name, code.replaceAll('https://accounts.acme.com', api.url));
  }
  installNativeStorage();
  await compile(sdk.project);
}, 60_000);

/** Recipes that don't work when pasted are worse than none, so we compile and run those of the README as they are. */
describe('The recipe', () => {
  const user = aUser();

  it('to sign up returns the errors of the fields, and otherwise signs in', async () => {
    const { signUp } = await recipe<{ signUp: Async<[string, string], object> }>('sign-up');
    expect(await signUp('ada', user.password)).toEqual({ email: 'must be an email address' });
    expect(await signUp(user.email, 'password')).toEqual({ password: expect.any(String) });
    expect(await signUp(user.email, user.password)).toEqual({});
    expect(await signUp(user.email, user.password)).toEqual({
      email: expect.stringMatching(/^There is an account/),
    });
  });

  it('to sign in returns what is wrong', async () => {
    const { signIn } = await recipe<{ signIn: Async<[string, string], string> }>('sign-in');
    expect(await signIn(user.email, 'wrong')).toBe('Wrong email address or password.');
    expect(await signIn(user.email, user.password)).toBe('');
  });

  it('to show who is signed in follows the session', async () => {
    const { showUser, signOut } = await recipe<{
      showUser(target: typeof element): () => void;
      signOut: Async<[], void>;
    }>('header');
    const { signIn } = await recipe<{ signIn: Async<[string, string], string> }>('sign-in');
    const stop = showUser(element);
    await eventually(() => expect(element.textContent).toBe(user.email));
    await signOut();
    expect(element.textContent).toBe('Sign in');
    stop();
    await signIn(user.email, user.password);
    expect(element.textContent).toBe('Sign in');
  });

  it('to edit a profile notices a change made elsewhere', async () => {
    const { openProfile, saveProfile } = await recipe<{
      openProfile: Async<[], { profile: User; etag: string }>;
      saveProfile: Async<[object, string], string>;
    }>('profile');
    const { profile, etag } = await openProfile();
    expect(profile.email).toBe(user.email);
    expect(await saveProfile({ displayName: 'Ada' }, etag)).toBe('saved');
    expect(await saveProfile({ displayName: 'Countess' }, etag)).toBe('outdated');
    expect((await openProfile()).profile.displayName).toBe('Ada');
  });

  it('to list all users gets all of them', async () => {
    const { listActiveUsers } = await recipe<{ listActiveUsers: Async<[object], string[]> }>('list-users');
    expect((await listActiveUsers(ADMIN)).sort()).toEqual([ADMIN.email, user.email].sort());
  });

  it('for a mobile app keeps users signed in', async () => {
    const { gatehouse, firstScreen } = await recipe<{
      gatehouse: { signIn: Async<[object], void> };
      firstScreen: Async<[], string>;
    }>('gatehouse.native');
    expect(await firstScreen()).toBe('sign-in');
    const { email, password } = user;
    await gatehouse.signIn({ email, password });
    expect(await firstScreen()).toBe('home');
  });
});

/** The blocks of the README that say at their beginning in which file they belong. */
function recipes(readme: string): { name: string; code: string }[] {
  const blocks = readme.matchAll(/^```ts\n\/\/ (?<name>\S+)\n(?<code>[\s\S]+?)^```$/gm);
  return [...blocks].map(({ groups }) => groups as { name: string; code: string });
}

async function recipe<T>(name: string): Promise<T> {
  return (await import(join(sdk.project, 'out', `${name}.js`))) as T;
}

/** React Native itself doesn't run here; its storage only has to look the same. */
function installNativeStorage(): void {
  const folder = join('node_modules', '@react-native-async-storage', 'async-storage');
  mkdirSync(join(sdk.project, folder), { recursive: true });
  const manifest = {
    name: '@react-native-async-storage/async-storage',
    type: 'module',
    exports: './index.js',
  };
  write(join(folder, 'package.json'), JSON.stringify(manifest));
  write(join(folder, 'index.js'), 'export default globalThis.nativeStorage;');
  write(
    join(folder, 'index.d.ts'),
    `declare const storage: {
      getItem(key: string): Promise<string | null>;
      setItem(key: string, value: string): Promise<void>;
      removeItem(key: string): Promise<void>;
    };
    export default storage;`,
  );
}

function write(name: string, text: string): void {
  writeFileSync(join(sdk.project, name), text);
}
