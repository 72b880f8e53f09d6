import { describe, expect, it } from '@jest/globals';
import { endOtherSessions, getMe, updateMe } from '../../sdk/typescript/src/generated/operations.gen.js';
import { memoryStorage, webStorage } from '../../sdk/typescript/src/index.js';
import { useApiApp } from '../support/api-app.js';
import { eventually } from '../support/eventually.js';
import { aUser } from '../support/factories.js';
import { aDevice, age, FakeWebStorage, offline, signedUp } from './devices.js';

const { api, clock } = useApiApp();

describe('The session of the TypeScript SDK', () => {
  it('starts with a sign-up or a sign-in, and ends with a sign-out, on the server as well', async () => {
    const user = aUser();
    const device = aDevice(api.url);
    const { gatehouse } = device;
    expect(gatehouse.session).toBeUndefined();

    expect((await gatehouse.signUp(user))?.user.email).toBe(user.email);
    expect(await gatehouse.signOut()).toBe(true);
    expect(gatehouse.session).toBeUndefined();
    const { accessToken } = await gatehouse.signIn(user);
    expect(gatehouse.user?.email).toBe(user.email);
    expect(await gatehouse.call(getMe)).toEqual(gatehouse.user);
    expect(await gatehouse.signOut()).toBe(true);

    expect((await api.as({ accessToken }).me()).status).toBe(401);
    await expect(gatehouse.call(getMe)).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it.each([
    ['still looks valid', 60],
    ['has expired', -1],
  ])('is not used for what another user asked for, if its token %s', async (_title, secondsLeft) => {
    const storage = new FakeWebStorage();
    const adapter = webStorage(storage);
    const { gatehouse: adas } = await signedUp(api.url, adapter);
    await api.as(adas.session ?? { accessToken: '' }).post('/auth/logout');
    await age(adapter, { secondsLeft });
    const { gatehouse: tab } = aDevice(api.url, { storage: adapter });
    const { gatehouse: graces } = await signedUp(api.url, webStorage(storage));

    await expect(tab.call(updateMe, { body: { displayName: 'Ada' } })).rejects.toMatchObject({
      code: 'unauthenticated',
    });

    expect((await graces.call(getMe)).displayName).toBeNull();
    // From now on, this tab is hers as well.
    expect(tab.user).toEqual(graces.user);
    expect(await tab.call(getMe)).toEqual(graces.user);
  });

  it('ends, and says so, when the server rejects its refresh token', async () => {
    const storage = memoryStorage();
    const user = aUser();
    const lost = aDevice(api.url, { storage });
    await lost.gatehouse.signUp(user);
    const changes: unknown[] = [];
    lost.gatehouse.onSessionChange((session, change) => changes.push([session?.user.email, change]));
    const other = aDevice(api.url);
    await other.gatehouse.signIn(user);
    await other.gatehouse.call(endOtherSessions);

    await expect(lost.gatehouse.call(getMe)).rejects.toMatchObject({ code: 'unauthenticated' });

    expect(lost.gatehouse.session).toBeUndefined();
    expect(await storage.get()).toBeNull();
    expect(changes).toEqual([
      [user.email, 'restored'],
      [undefined, 'ended'],
    ]);
  });

  it('ends when a stolen refresh token was used', async () => {
    const { gatehouse } = await signedUp(api.url);
    await api.refresh(gatehouse.session?.refreshToken ?? '');
    clock.advance({ minutes: 11 });
    await expect(gatehouse.call(getMe)).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(gatehouse.session).toBeUndefined();
  });

  it('is signed out here even if the server cannot be reached', async () => {
    const storage = memoryStorage();
    const { gatehouse, intercept } = await signedUp(api.url, storage);
    intercept(offline);
    expect(await gatehouse.signOut()).toBe(false);
    expect(gatehouse.session).toBeUndefined();
    expect(await storage.get()).toBeNull();
  });
});

describe('Listeners of the session', () => {
  it('hear of every change until they stop', async () => {
    const user = aUser();
    const { gatehouse } = aDevice(api.url);
    const heard: unknown[] = [];
    const stop = gatehouse.onSessionChange((session, change) =>
      heard.push([change, session === gatehouse.session]),
    );
    await eventually(() => expect(heard).toEqual([['restored', true]]));

    await gatehouse.signUp(user);
    await gatehouse.refresh();
    await gatehouse.signOut();
    await gatehouse.signIn(user);
    stop();
    await gatehouse.signOut();

    expect(heard).toEqual(
      ['restored', 'signed-in', 'refreshed', 'signed-out', 'signed-in'].map((change) => [change, true]),
    );
  });
});
