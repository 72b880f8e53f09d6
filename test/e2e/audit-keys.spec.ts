import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import { Sealer } from '#libs/crypto';
import { Connections } from '#libs/database';
import { AuditKeys } from '../../src/accounts/audit/audit-keys.js';
import { idOf } from '../support/administration.js';
import { type UsedApiApp, useApiApp } from '../support/api-app.js';
import type { ListBody } from '../support/client.js';
import { signIn, type SignedUp, signUp } from '../support/factories.js';
import { setting } from '../support/setting.js';
import { eventually } from '../support/servers.js';
import { countWaiting, query } from '../support/stored.js';
import { useServers } from '../support/use-servers.js';
import { WITH_ADMIN } from '../support/use-app.js';

const servers = useServers();
const { app, api, admin, database } = useApiApp(WITH_ADMIN, servers);
/** Another replica, which hasn't seen the key of anyone who registers at the first one. */
const other = useApiApp(WITH_ADMIN, servers);
/** A replica that has a new key for what it seals, and the old one for the rest. */
const rotated = useApiApp(
  () => ({
    ...WITH_ADMIN,
    ENCRYPTION_KEYS: `new:${randomBytes(32).toString('base64')},${setting('TEST_ENCRYPTION_KEYS')}`,
  }),
  servers,
);

interface EventBody {
  readonly id: string;
  readonly type: string;
  readonly ipAddress: string | null;
  readonly changes: object | null;
}

async function eventsAbout(id: string, reader = admin): Promise<readonly EventBody[]> {
  const { status, body } = await reader.get<ListBody<EventBody>>(`/audit-events?subjectId=${id}&limit=100`);
  expect(status).toBe(200);
  return body.items;
}

const readable = async (id: string): Promise<readonly [string, boolean][]> =>
  (await eventsAbout(id)).map(({ type, ipAddress }) => [type, ipAddress !== null]);

/** Someone whom an earlier release has inserted. */
async function signUpWithoutKey(): Promise<SignedUp> {
  const user = await signUp(api);
  await query(database.url, 'update accounts.users set audit_key_sealed = null where id = $1', [idOf(user)]);
  return user;
}

function keysOf(replica: UsedApiApp) {
  const keys = replica.app.get(AuditKeys, { strict: false });
  return { keys, database: replica.app.get(Connections).database('accounts') };
}

async function insertEvent(subjectId: string, id: string, detailsSealed: string): Promise<void> {
  await query(
    database.url,
    `insert into accounts.audit_events (id, type, actor_type, subject_id, details_sealed)
     values ($1, 'user.updated', 'system', $2, $3)`,
    [id, subjectId, detailsSealed],
  );
}

describe('the details of an audit event', () => {
  it('are sealed with a key of the user whom it is about, and can be read on every replica', async () => {
    const user = await signUp(api);
    await signIn(other.api, user);
    await signIn(api, user);
    expect(await readable(idOf(user))).toEqual([
      ['session.started', true],
      ['session.started', true],
      ['session.started', true],
      ['user.registered', true],
    ]);
    const rows = await query<{ key: string }>(
      database.url,
      `select distinct split_part(details_sealed, '.', 2) as key from accounts.audit_events where subject_id = $1`,
      [idOf(user)],
    );
    expect(rows).toEqual([{ key: '~user' }]);
  });

  it('get a key with the next event if an earlier release has inserted the user', async () => {
    const user = await signUpWithoutKey();
    const [before] = await eventsAbout(idOf(user));
    expect(before?.ipAddress).toBeNull();
    await signIn(other.api, user);
    await signIn(other.api, user);
    const since = (await readable(idOf(user))).slice(0, 2);
    expect(since).toEqual([
      ['session.started', true],
      ['session.started', true],
    ]);
  });

  it('get one key if two replicas add one at once', async () => {
    const id = idOf(await signUpWithoutKey());
    const [one, two] = [keysOf(other), keysOf(rotated)];
    const [first, second] = await one.database.transaction(async (em) => {
      const added = await one.keys.of(em, id);
      const adding = two.database.transaction((another) => two.keys.of(another, id));
      await eventually(async () => expect(await countWaiting(database.url, '%audit_key_sealed%')).toBe(1));
      return [added, { adding }] as const;
    });
    const sealed = first?.seal('read by the other', 'a test') ?? '';
    expect((await second.adding)?.open(sealed, 'a test')).toBe('read by the other');
  });

  it('are not sealed with a key that was rolled back with its transaction', async () => {
    const user = await signUpWithoutKey();
    await query(
      database.url,
      `create function refuse_event() returns trigger language plpgsql as $$ begin raise 'refused'; end $$;
       create trigger refuse_event before insert on accounts.audit_events for each row execute function refuse_event()`,
    );
    const change = (displayName: string) => other.admin.patch(`/users/${idOf(user)}`, { displayName });
    expect((await change('Refused')).status).toBe(500);
    await query(database.url, 'drop function refuse_event cascade');
    expect((await change('Grace')).status).toBe(200);
    const [event] = await eventsAbout(idOf(user));
    expect(event?.changes).toEqual({ displayName: { from: null, to: 'Grace' } });
  });

  it('can be read after ENCRYPTION_KEYS were rotated, whichever key was first when they were written', async () => {
    const user = await signUp(api);
    await signIn(rotated.api, user);
    const newcomer = await signUp(rotated.api);
    const read = [
      ...(await eventsAbout(idOf(user), rotated.admin)),
      ...(await eventsAbout(idOf(newcomer), rotated.admin)),
    ];
    expect(read.map(({ type, ipAddress }) => [type, ipAddress])).toEqual([
      ['session.started', '127.0.0.1'],
      ['session.started', '127.0.0.1'],
      ['user.registered', '127.0.0.1'],
      ['session.started', '127.0.0.1'],
      ['user.registered', '127.0.0.1'],
    ]);
    // The replica that doesn't know the new key yet lists the events of its users, without their details.
    expect(await readable(idOf(newcomer))).toEqual([
      ['session.started', false],
      ['user.registered', false],
    ]);
  });

  it('can be read if an earlier release has written them', async () => {
    const user = await signUp(api);
    const id = v7();
    const details = { ipAddress: '203.0.113.7', userAgent: null, changes: null, reason: null };
    const sealer = app.get(Sealer, { strict: false });
    await insertEvent(idOf(user), id, sealer.sealJson(details, `audit:${id}`));
    expect((await eventsAbout(idOf(user))).find((event) => event.id === id)?.ipAddress).toBe('203.0.113.7');
  });

  it.each(['', 'v1.unknown.AAAA', 'v1.~user.AAAA', `v1.~user.${'A'.repeat(60)}`])(
    'are left out if they cannot be read (%s), and the rest of the page is there',
    async (detailsSealed) => {
      const user = await signUp(api);
      const [broken, orphan] = [v7(), v7()];
      await insertEvent(idOf(user), broken, detailsSealed);
      expect(await readable(idOf(user))).toEqual([
        ['user.updated', false],
        ['session.started', true],
        ['user.registered', true],
      ]);
      const nobody = randomUUID();
      await insertEvent(nobody, orphan, detailsSealed);
      expect(await readable(nobody)).toEqual([['user.updated', false]]);
    },
  );
});
