import { describe, expect, it } from '@jest/globals';
import { getMe } from '../../sdk/typescript/src/generated/operations.gen.js';
import { isProblem, memoryStorage, nativeStorage, webStorage } from '../../sdk/typescript/src/index.js';
import { useApiApp } from '../support/api-app.js';
import { aDevice, FakeNativeStorage, FakeWebStorage, signedUp } from './devices.js';

const { api, clock } = useApiApp();

describe('A storage', () => {
  it('for browsers restores the session at once', async () => {
    const storage = new FakeWebStorage();
    const { gatehouse } = await signedUp(api.url, webStorage(storage));
    expect(aDevice(api.url, { storage: webStorage(storage) }).gatehouse.session).toEqual(gatehouse.session);
    expect(aDevice(api.url, { storage: webStorage(storage, 'another') }).gatehouse.session).toBeUndefined();
  });

  it('for browsers that is full keeps the session for as long as the page', async () => {
    const full = Object.assign(new FakeWebStorage(), {
      setItem: () => {
        throw new Error('QuotaExceededError');
      },
    });
    const { gatehouse } = await signedUp(api.url, webStorage(full));
    clock.advance({ minutes: 11 });
    expect(await gatehouse.call(getMe)).toEqual(gatehouse.user);
  });

  it('for React Native restores the session as soon as it can be read', async () => {
    const storage = new FakeNativeStorage();
    const { gatehouse } = await signedUp(api.url, nativeStorage(storage));
    const restarted = aDevice(api.url, { storage: nativeStorage(storage) });

    expect(await restarted.gatehouse.call(getMe)).toEqual(gatehouse.user);
    expect(restarted.gatehouse.session).toEqual(gatehouse.session);

    await restarted.gatehouse.signOut();
    const again = aDevice(api.url, { storage: nativeStorage(storage) }).gatehouse;
    await again.ready;
    expect(again.session).toBeUndefined();
  });

  it('that contains something else counts as empty', () => {
    for (const text of ['', 'null', '{', '[]', '"text"', '{"user":{}}']) {
      expect(aDevice(api.url, { storage: { get: () => text, set: () => undefined } }).gatehouse.session).toBe(
        undefined,
      );
    }
  });

  it('that contains what is no refresh token ends the session instead of failing for ever', async () => {
    const storage = memoryStorage();
    const { gatehouse: real } = await signedUp(api.url, storage);
    await storage.set(JSON.stringify({ ...real.session, refreshToken: 'x', expiresAt: 0 }));
    const { gatehouse } = aDevice(api.url, { storage });
    const error: unknown = await gatehouse.call(getMe).catch((problem: unknown) => problem);
    expect(isProblem(error, 'unauthenticated')).toBe(true);
    expect(gatehouse.session).toBeUndefined();
  });
});
