import { describe, expect, it } from '@jest/globals';
import { getMe, updateMe } from '../../sdk/typescript/src/generated/operations.gen.js';
import { cookieStorage, isProblem, type StorageAdapter, webStorage } from '../../sdk/typescript/src/index.js';
import { useApiApp } from '../support/api-app.js';
import { aUser, type NewUser } from '../support/factories.js';
import { aDevice, CookieJar, type Device, failure, FakeWebStorage, offline } from './devices.js';

const PAGE = 'https://app.acme.com';
const { api, clock } = useApiApp({ CORS_ORIGINS: PAGE });

/** A browser in which someone has signed up. */
async function aBrowser(): Promise<Browser> {
  const browser = emptyBrowser();
  const user = aUser();
  const first = browser.openTab();
  await first.gatehouse.signUp(user);
  return { ...browser, user, first };
}

interface Browser {
  readonly jar: CookieJar;
  readonly storage: FakeWebStorage;
  readonly user: NewUser;
  readonly first: Device;
  openTab(adapter?: (storage: FakeWebStorage) => StorageAdapter): Device;
}

function emptyBrowser(): Omit<Browser, 'user' | 'first'> {
  const jar = new CookieJar(PAGE);
  const storage = new FakeWebStorage();
  return {
    jar,
    storage,
    openTab: (adapter = cookieStorage) => aDevice(api.url, { storage: adapter(storage), fetch: jar.fetch }),
  };
}

describe('A session with a cookie', () => {
  it('keeps its tokens out of the storage', async () => {
    const { first, storage, jar } = await aBrowser();
    const { session } = first.gatehouse;
    expect(session?.accessToken).toMatch(/^ey/);
    expect(session?.refreshToken).toBeUndefined();
    expect(Object.keys(JSON.parse(storage.getItem('gatehouse.session') ?? '') as object)).toEqual(['user']);
    expect(jar.isEmpty).toBe(false);
  });

  it('is there from the start after a reload, and gets its tokens with the first request', async () => {
    const { user, openTab } = await aBrowser();
    const reloaded = openTab();
    expect(reloaded.gatehouse.user?.email).toBe(user.email);
    expect(reloaded.gatehouse.session?.accessToken).toBe('');
    expect(await reloaded.gatehouse.call(getMe)).toMatchObject({ email: user.email });
    expect(reloaded.sent.map(({ path, status }) => [path, status])).toEqual([
      ['/v2/auth/refresh', 200],
      ['/v2/users/me', 200],
    ]);
  });

  it('is refreshed by each tab when its access token expires', async () => {
    const { first, openTab } = await aBrowser();
    const second = openTab();
    for (let round = 1; round <= 3; round++) {
      clock.advance({ minutes: 11 });
      await Promise.all([first.gatehouse.call(getMe), second.gatehouse.call(getMe)]);
    }
    expect(first.gatehouse.session?.accessToken).not.toBe(second.gatehouse.session?.accessToken);
  });

  it('keeps its access token when another tab hears that the profile has changed', async () => {
    const { first, openTab } = await aBrowser();
    const second = openTab();
    await second.gatehouse.call(updateMe, { body: { displayName: 'Countess' } });
    const before = first.to('/v2/auth/refresh').length;
    await second.gatehouse.refresh();
    await first.gatehouse.refresh();
    expect(first.gatehouse.user?.displayName).toBe('Countess');
    expect(first.to('/v2/auth/refresh')).toHaveLength(before + 1);
    expect(first.gatehouse.session?.accessToken).toMatch(/^ey/);
  });

  it('ends in all tabs when one signs out, even offline', async () => {
    const { first, openTab, jar } = await aBrowser();
    const second = openTab();
    second.intercept(offline);
    expect(await second.gatehouse.signOut()).toBe(false);
    second.intercept(undefined);
    await first.gatehouse.refresh();
    expect(first.gatehouse.session).toBeUndefined();
    expect(jar.isEmpty).toBe(false);
  });

  it('is signed out without an access token', async () => {
    const { openTab, jar, first } = await aBrowser();
    const reloaded = openTab();
    expect(await reloaded.gatehouse.signOut()).toBe(true);
    expect(reloaded.sent.map(({ path, status }) => [path, status])).toEqual([['/v2/auth/logout', 204]]);
    expect(jar.isEmpty).toBe(true);
    expect(await first.gatehouse.refresh()).toBeUndefined();
  });

  it('is not lost when someone signs in while a sign-out is still on its way', async () => {
    const { first, user, jar, openTab } = await aBrowser();
    const signingOut = first.gatehouse.signOut();
    await first.gatehouse.signIn(user);
    await signingOut;
    expect(first.sent.map(({ path }) => path).slice(-2)).toEqual(['/v2/auth/logout', '/v2/auth/login']);
    expect(jar.isEmpty).toBe(false);
    expect(await openTab().gatehouse.call(getMe)).toMatchObject({ email: user.email });
  });

  it('ends when the server has ended it', async () => {
    const { openTab, jar, user } = await aBrowser();
    const reloaded = openTab();
    const changes: string[] = [];
    reloaded.gatehouse.onSessionChange((_, change) => changes.push(change));
    await jar.fetch(`${api.url}/v2/auth/logout`, { method: 'POST', credentials: 'include' });
    const error = await failure(reloaded.gatehouse.call(getMe));
    expect(isProblem(error, 'unauthenticated')).toBe(true);
    expect(changes).toEqual(['restored', 'ended']);
    expect((await reloaded.gatehouse.signIn(user)).user.email).toBe(user.email);
  });

  it('of another page of the same site is found', async () => {
    const { jar, user } = await aBrowser();
    const admin = aDevice(api.url, { storage: cookieStorage(new FakeWebStorage()), fetch: jar.fetch });
    const changes: string[] = [];
    admin.gatehouse.onSessionChange((_, change) => changes.push(change));
    expect((await admin.gatehouse.refresh())?.user.email).toBe(user.email);
    expect(changes).toEqual(['restored', 'signed-in']);
  });

  it('is not found where there is none', async () => {
    const { openTab, jar } = emptyBrowser();
    const { gatehouse } = openTab();
    expect(await gatehouse.refresh()).toBeUndefined();
    expect(jar.isEmpty).toBe(true);
  });

  it('of someone else who has signed in meanwhile is not used for what this user asked for', async () => {
    const { jar, first } = await aBrowser();
    const other = aDevice(api.url, { storage: cookieStorage(new FakeWebStorage()), fetch: jar.fetch });
    const { user } = await other.gatehouse.signUp(aUser()).then((session) => session ?? { user: undefined });
    clock.advance({ minutes: 11 });
    const error = await failure(first.gatehouse.call(getMe));
    expect(isProblem(error, 'unauthenticated')).toBe(true);
    expect(first.gatehouse.user).toEqual(user);
  });

  it('continues one whose tokens the page has kept so far', async () => {
    const { openTab, storage, jar } = emptyBrowser();
    const user = aUser();
    await openTab(webStorage).gatehouse.signUp(user);
    expect(jar.isEmpty).toBe(true);
    const updated = openTab();
    expect(await updated.gatehouse.call(getMe)).toMatchObject({ email: user.email });
    expect(jar.isEmpty).toBe(false);
    expect(storage.getItem('gatehouse.session')).not.toContain('Token');
  });

  it('says what is wrong when the server does not know the page', async () => {
    const stranger = aDevice(api.url, {
      storage: cookieStorage(new FakeWebStorage()),
      fetch: new CookieJar('https://evil.com').fetch,
    });
    const error = await failure(stranger.gatehouse.signIn(aUser()));
    expect(isProblem(error, 'origin-not-allowed')).toBe(true);
  });
});
