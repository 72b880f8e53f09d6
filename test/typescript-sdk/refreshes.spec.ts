import { describe, expect, it } from '@jest/globals';
import { getMe } from '../../sdk/typescript/src/generated/operations.gen.js';
import { memoryStorage, type StorageAdapter, webStorage } from '../../sdk/typescript/src/index.js';
import { useApiApp } from '../support/api-app.js';
import { aDevice, age, FakeWebStorage, offline, signedUp } from './devices.js';

const REFRESH = '/v2/auth/refresh';
const { api, clock } = useApiApp();

/** As in a browser that has none, or on a page that was loaded over plain HTTP. */
function withoutLocks(storage: FakeWebStorage): StorageAdapter {
  const { lock: _, ...adapter } = webStorage(storage);
  return adapter;
}

describe('The session of the TypeScript SDK', () => {
  it('is refreshed once for twenty requests whose access token has expired', async () => {
    const { gatehouse, to } = await signedUp(api.url);
    clock.advance({ minutes: 11 });

    const users = await Promise.all(Array.from({ length: 20 }, () => gatehouse.call(getMe)));

    expect(new Set(users.map(({ id }) => id))).toEqual(new Set([gatehouse.user?.id]));
    expect(to('/v2/users/me').filter(({ status }) => status === 401)).toHaveLength(20);
    expect(to(REFRESH)).toHaveLength(1);
  });

  it('is refreshed before its access token expires, so that no request fails', async () => {
    const storage = memoryStorage();
    await signedUp(api.url, storage);
    await age(storage, { secondsLeft: 5 });
    const { gatehouse, sent } = aDevice(api.url, { storage });

    await Promise.all(Array.from({ length: 20 }, () => gatehouse.call(getMe)));

    expect(sent[0]).toMatchObject({ path: REFRESH, status: 200 });
    expect(sent.slice(1).map(({ path, status }) => [path, status])).toEqual(
      Array.from({ length: 20 }, () => ['/v2/users/me', 200]),
    );
  });

  it('has the current user after a refresh', async () => {
    const { gatehouse } = await signedUp(api.url);
    await api.as(gatehouse.session ?? { accessToken: '' }).patch('/users/me', { displayName: 'Countess' });
    expect((await gatehouse.refresh())?.user.displayName).toBe('Countess');
    expect(gatehouse.user?.displayName).toBe('Countess');
  });

  it.each([
    ['one after the other, with locks', webStorage, 1],
    ['at once, without locks', withoutLocks, 2],
  ])('survives two tabs that refresh %s', async (_title, adapter, refreshes) => {
    const storage = new FakeWebStorage();
    const first = await signedUp(api.url, adapter(storage));
    const second = aDevice(api.url, { storage: adapter(storage) });
    const tabs = [first, second];

    for (let round = 1; round <= 3; round++) {
      clock.advance({ minutes: 11 });
      await Promise.all(tabs.map(({ gatehouse }) => gatehouse.refresh()));
      expect(tabs.flatMap(({ to }) => to(REFRESH))).toHaveLength(round * refreshes);
      expect(second.gatehouse.session?.refreshToken).toBe(first.gatehouse.session?.refreshToken);
      await Promise.all(tabs.map(({ gatehouse }) => gatehouse.call(getMe)));
    }
  });

  it('is taken over from a tab that refreshed it long ago', async () => {
    const storage = new FakeWebStorage();
    const active = await signedUp(api.url, webStorage(storage));
    const asleep = aDevice(api.url, { storage: webStorage(storage) });
    for (let round = 0; round < 3; round++) {
      clock.advance({ minutes: 11 });
      await active.gatehouse.call(getMe);
    }

    // The token that it remembers would now count as reused.
    await asleep.gatehouse.call(getMe);

    expect(asleep.to(REFRESH)).toHaveLength(0);
    expect(asleep.gatehouse.session).toEqual(active.gatehouse.session);
  });

  it('stays while the network is gone, and goes on afterwards', async () => {
    const storage = memoryStorage();
    await signedUp(api.url, storage);
    await age(storage, { secondsLeft: -1 });
    const { gatehouse, intercept } = aDevice(api.url, { storage });
    intercept(offline);

    await expect(gatehouse.call(getMe)).rejects.toThrow('fetch failed');
    expect(gatehouse.session).toBeDefined();

    intercept(undefined);
    expect(await gatehouse.call(getMe)).toEqual(gatehouse.user);
  });

  it('uses an access token to its end while it cannot be refreshed', async () => {
    const storage = memoryStorage();
    await signedUp(api.url, storage);
    await age(storage, { secondsLeft: 9 });
    const { gatehouse, intercept } = aDevice(api.url, { storage });
    intercept(({ path }) => (path === REFRESH ? offline() : undefined));

    expect(await gatehouse.call(getMe)).toEqual(gatehouse.user);
  });

  it('does not come back when a sign-out overtakes a refresh', async () => {
    const storage = memoryStorage();
    const { gatehouse } = await signedUp(api.url, storage);
    const refreshing = gatehouse.refresh();
    await gatehouse.signOut();
    expect(await refreshing).toBeUndefined();
    expect(await storage.get()).toBeNull();
  });

  it('does not wait for a refresh that its caller no longer wants', async () => {
    const { gatehouse, intercept } = await signedUp(api.url);
    clock.advance({ minutes: 11 });
    intercept(({ path }) => (path === REFRESH ? offline() : undefined));
    const controller = new AbortController();
    const calling = gatehouse.call(getMe, { signal: controller.signal });
    controller.abort(new Error('no longer needed'));
    await expect(calling).rejects.toThrow('no longer needed');
    intercept(undefined);
    expect(await gatehouse.call(getMe)).toEqual(gatehouse.user);
  });
});
