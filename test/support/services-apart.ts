import { expect } from '@jest/globals';
import type { DirectoryUser } from '#libs/contracts';
import { KeyRing, Sealer } from '#libs/crypto';
import { parseKeys } from '../../config/parsers.js';
import { keysIn } from './environment.js';
import type { ApiClient, ListBody, UserBody } from './client.js';
import { type SignedUp, signUp, tokenIn } from './factories.js';
import { useFixture } from './fixture.js';
import { ownPort } from './own-port.js';
import { eventually, type TestDatabase } from './servers.js';
import { setting } from './setting.js';
import { query } from './stored.js';
import { signInAdmin, WITH_ADMIN } from './use-app.js';
import {
  holdServers,
  type Servers,
  type Settings,
  type StartedApp,
  useEmptyDatabase,
} from './use-servers.js';

/** Accounts and notifications in processes of their own, each with its own database. */
export interface ServicesApart extends Servers {
  readonly api: StartedApp;
  readonly worker: StartedApp;
  readonly notifications: StartedApp;
  /** Of notifications. That of accounts is `database`. */
  readonly own: TestDatabase;
  /** Signed in as the admin, at the address that the API has now. */
  readonly admin: ApiClient;
}

/** Starts the three processes for the suite. They only know each other's address, which stays when one is restarted. */
export function useServicesApart(settings: Settings | (() => Settings) = {}): ServicesApart {
  const [accounts, own] = [useEmptyDatabase(), useEmptyDatabase()];
  return useFixture(async () => {
    const servers = await holdServers({ database: accounts });
    const [toAccounts, toNotifications] = [await ownPort(), await ownPort()];
    const common = {
      ...WITH_ADMIN,
      ...(typeof settings === 'function' ? settings() : settings),
      NOTIFICATIONS_DATABASE_URL: own.url,
      // The same one after a restart, so that tokens stay good.
      PUBLIC_URL: 'http://localhost:3000',
    };
    const [api, worker, notifications] = await Promise.all([
      servers.start('api', {
        ...common,
        GRPC_PORT: String(toAccounts),
        NOTIFICATIONS_GRPC_URL: `127.0.0.1:${toNotifications}`,
      }),
      servers.start('worker', common),
      servers.start('notifications', {
        ...common,
        GRPC_PORT: String(toNotifications),
        ACCOUNTS_GRPC_URL: `127.0.0.1:${toAccounts}`,
      }),
    ]);
    const admin = await signInAdmin(api.api, common);
    const apart = { ...servers, api, worker, notifications, own };
    return Object.defineProperty(apart, 'admin', {
      get: () => admin().at(api.url),
    }) as ServicesApart;
  });
}

/** Someone who has followed the link in the mail. */
export async function signUpVerifiedAt({ api, sink }: ServicesApart): Promise<SignedUp> {
  const user = await signUp(api.api);
  const mail = await eventually(() => {
    const [first] = sink.mailsTo(user.email);
    expect(first).toBeDefined();
    return first;
  });
  expect((await api.api.verify(tokenIn(mail))).status).toBe(204);
  return user;
}

/** Has a user change their name, where the API is now. */
export async function renameAt({ api }: ServicesApart, user: SignedUp, displayName: string): Promise<void> {
  expect((await user.api.at(api.url).patch('/users/me', { displayName })).status).toBe(200);
}

type KnownUser = Omit<DirectoryUser, 'version'>;

/** What accounts says about all users, in the order of their IDs. */
export async function usersOfAccounts(admin: ApiClient): Promise<KnownUser[]> {
  const users: KnownUser[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const from: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const { body } = await admin.get<ListBody<UserBody>>(`/users?limit=100&sort=createdAt${from}`);
    users.push(...body.items.map(known));
    cursor = body.page.nextCursor;
  }
  return users;
}

/** The same, as the copy of notifications says that is up to date. */
export async function copiedUsers({ own }: Pick<ServicesApart, 'own'>): Promise<KnownUser[]> {
  const rows = await query<{ user_id: string; sealed: string | null; changed_by: string | null }>(
    own.url,
    'select user_id, sealed, changed_by from notifications.recipients order by user_id',
  );
  const keys = keysIn(parseKeys(setting('TEST_ENCRYPTION_KEYS')));
  const sealer = new Sealer(new KeyRing(keys));
  return rows.flatMap(({ user_id, sealed, changed_by }) =>
    sealed === null || changed_by !== null
      ? []
      : [known(sealer.openJson(sealed, `recipient:${user_id}`) as DirectoryUser)],
  );
}

/** Waits until notifications knows the users as accounts does. */
export async function expectSameUsers(
  apart: ServicesApart,
  { timeoutMs = 15_000 }: { readonly timeoutMs?: number } = {},
): Promise<void> {
  await eventually(async () => expect(await copiedUsers(apart)).toEqual(await usersOfAccounts(apart.admin)), {
    timeoutMs,
  });
}

function known({ id, email, emailVerified, displayName, locale, timezone }: KnownUser): KnownUser {
  return { id, email, emailVerified, displayName, locale, timezone };
}
