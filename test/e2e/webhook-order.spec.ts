import { expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import { idOf } from '../support/administration.js';
import { type SignedUp, signIn, signUp } from '../support/factories.js';
import { useFixture } from '../support/fixture.js';
import { holdReceiver } from '../support/receiver.js';
import { eventually } from '../support/servers.js';
import { query } from '../support/stored.js';
import { ADMIN, useApps, WITH_ADMIN } from '../support/use-app.js';

const USERS = 3;
const EVENTS = 10;
const ANSWER_MS = 50;

const apps = useApps(
  { api: 'api', worker: 'worker', one: 'notifications', other: 'notifications' },
  { ...WITH_ADMIN, WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8' },
);

/** Records what arrives, and how many requests about a subject are open at once. */
const receiver = useFixture(async () => {
  const state = {
    isFailing: false,
    arrived: [] as { subject: string; id: string }[],
    mostAtOnce: 0,
    port: 0,
  };
  const open = new Map<string, number>();
  const { port } = await holdReceiver((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { subject, id } = JSON.parse(Buffer.concat(chunks).toString()) as { subject: string; id: string };
      state.arrived.push({ subject, id });
      open.set(subject, (open.get(subject) ?? 0) + 1);
      state.mostAtOnce = Math.max(state.mostAtOnce, open.get(subject) ?? 0);
      response.on('close', () => open.set(subject, (open.get(subject) ?? 0) - 1));
      setTimeout(() => response.writeHead(state.isFailing ? 500 : 204).end(), ANSWER_MS);
    });
  });
  state.port = port;
  return state;
});

async function changeProfile(user: SignedUp, times: number): Promise<void> {
  for (let time = 1; time <= times; time += 1) {
    await user.api.patch('/users/me', { displayName: v7() });
  }
}

it('events about each user arrive in order while the server fails and a process is killed', async () => {
  const { api: admin } = await signIn(apps.api.api, ADMIN);
  const url = `http://127.0.0.1:${receiver.port}/`;
  const created = await admin.post('/webhooks', { url, events: ['user.updated'], ordering: 'subject' });
  expect(created).toMatchObject({ status: 201, body: { ordering: 'subject' } });
  const users = await Promise.all(Array.from({ length: USERS }, () => signUp(apps.api.api)));
  const changing = Promise.all(users.map((user) => changeProfile(user, EVENTS)));
  await eventually(() => expect(receiver.arrived.length).toBeGreaterThan(USERS), { timeoutMs: 20_000 });
  receiver.isFailing = true;
  const before = receiver.arrived.length;
  await eventually(() => expect(receiver.arrived.length).toBeGreaterThan(before), { timeoutMs: 20_000 });
  await apps.other.kill();
  receiver.isFailing = false;
  // As if the leases of a minute were over that the killed process held.
  await query(
    apps.database.url,
    `update notifications.webhook_deliveries set claimed_until = now() where state = 'sending'`,
  );
  await apps.other.restart();
  await changing;
  await eventually(
    async () => {
      const rows = await query(
        apps.database.url,
        `select 1 from notifications.webhook_deliveries where state = 'delivered'`,
      );
      expect(rows).toHaveLength(USERS * EVENTS);
    },
    { timeoutMs: 120_000 },
  );
  for (const user of users) {
    const ids = receiver.arrived.filter(({ subject }) => subject === idOf(user)).map(({ id }) => id);
    expect(new Set(ids).size).toBe(EVENTS);
    expect(ids).toEqual(ids.toSorted());
  }
  expect(receiver.mostAtOnce).toBe(1);
}, 200_000);
