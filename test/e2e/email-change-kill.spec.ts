import { describe, expect, it } from '@jest/globals';
import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { ListBody, UserBody } from '../support/client.js';
import { aUser, type NewUser, tokenIn } from '../support/factories.js';
import { eventually } from '../support/servers.js';
import { query } from '../support/stored.js';
import { useApp, WITH_ADMIN } from '../support/use-app.js';
import { useOwnRedis } from '../support/use-servers.js';

const ROUNDS = 30;
const NEWCOMERS = 3;
/** Jobs of a killed process return when their locks expire; lost ones when the outbox enqueues them again after 10, 30 and 70 s. */
const AFTER_A_CRASH = { timeoutMs: 100_000 };
const SUBJECT = {
  verify: 'Confirm your email address',
  confirm: 'Confirm your new email address',
  warning: 'Someone asked to change your email address',
  changed: 'Your email address was changed',
  undone: "This is no longer your account's email address",
  reclaimed: 'Choose a new password for your account',
};

const redis = useOwnRedis();
/** The same one for every process, so that tokens of the one before are good. */
const PUBLIC_URL = 'http://localhost:3000';
const app = useApp('all', { ...WITH_ADMIN, PUBLIC_URL }, { redis });
const { api, database, sink } = app;

/** Someone who registers, changes their address, and perhaps undoes that. */
class Person {
  readonly user: NewUser = aUser();
  readonly newEmail = aUser().email;
  readonly acknowledged: string[] = [];
  accessToken = '';

  constructor(readonly undoes: boolean) {}

  /** Does what comes next, if the mail for it has arrived. */
  async goOn(): Promise<void> {
    const { email } = this.user;
    const done = this.acknowledged.at(-1);
    if (done === undefined) {
      const session = await this.step('register', () => api.register(this.user));
      this.accessToken = session?.accessToken ?? '';
    } else if (done === 'register') {
      await this.withToken('verify', email, SUBJECT.verify, (token) => api.verify(token));
    } else if (done === 'verify') {
      const { newEmail } = this;
      await this.step('ask', () => api.as(this).post('/auth/email/change', { newEmail }));
    } else if (done === 'ask') {
      await this.withToken('confirm', this.newEmail, SUBJECT.confirm, (token) =>
        api.post('/auth/email/change/confirm', { token }),
      );
    } else if (done === 'confirm' && this.undoes) {
      await this.withToken('undo', email, SUBJECT.changed, (token) =>
        api.post('/auth/email/change/undo', { token }),
      );
    }
  }

  has(step: string): boolean {
    return this.acknowledged.includes(step);
  }

  private async withToken<T>(
    step: string,
    address: string,
    subject: string,
    act: (token: string) => Promise<{ readonly status: number; readonly body: T }>,
  ): Promise<void> {
    const mail = sink.mailsTo(address).find((one) => one.subject === subject);
    if (mail) {
      await this.step(step, () => act(tokenIn(mail)));
    }
  }

  private async step<T>(
    name: string,
    act: () => Promise<{ readonly status: number; readonly body: T }>,
  ): Promise<T | undefined> {
    const answer = await act().catch(() => undefined);
    // The first attempt may have registered them, though the process was killed before it said so.
    const isKnown = name === 'register' && answer?.status === 409;
    if (isKnown) {
      const again = await api.login(this.user).catch(() => undefined);
      return this.acknowledge(name, again as { status: number; body: T } | undefined);
    }
    return this.acknowledge(name, answer);
  }

  private acknowledge<T>(
    name: string,
    answer: { readonly status: number; readonly body: T } | undefined,
  ): T | undefined {
    if (!answer) {
      return undefined;
    }
    expect([name, answer.status < 300]).toEqual([name, true]);
    this.acknowledged.push(name);
    return answer.body;
  }
}

describe('a change of the email address', () => {
  it('is complete or has not happened, and everyone is told, however often the process is killed', async () => {
    const people: Person[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      people.push(...Array.from({ length: NEWCOMERS }, (_, n) => new Person(n % 2 === 0)));
      const killed = delay(randomInt(1, 120)).then(() => app.kill('SIGKILL'));
      await Promise.all(people.map((person) => person.goOn()));
      await killed;
      await app.restart();
    }
    // Whoever was interrupted tries again.
    await eventually(async () => {
      await Promise.all(people.map((person) => person.goOn()));
      expect(people.filter((person) => !isDone(person)).map(({ acknowledged }) => acknowledged)).toEqual([]);
    }, AFTER_A_CRASH);
    expect(people.filter((person) => person.has('undo')).length).toBeGreaterThan(ROUNDS / 2);

    for (const person of people) {
      const { email } = person.user;
      const [kept, lost] = person.has('undo') ? [email, person.newEmail] : [person.newEmail, email];
      expect([await ownersOf(kept), await ownersOf(lost)]).toEqual([1, 0]);
    }
    await everyoneIsTold(people);

    // The 72 hours are over.
    await query(database.url, `update accounts.email_changes set wake_at = now() where state = 'confirmed'`);
    await query(database.url, `update accounts.reserved_addresses set expires_at = now()`);
    const lost = people.map((person) => (person.has('undo') ? person.newEmail : person.user.email));
    const answers = await Promise.all(lost.map((email) => api.register({ ...aUser(), email })));
    expect(answers.filter(({ status }) => status !== 201)).toEqual([]);
    await app.restart(); // A new process looks at once.
    await eventually(async () => {
      const open = await query(
        database.url,
        `select id from accounts.email_changes where wake_at is not null`,
      );
      expect(open).toEqual([]);
    }, AFTER_A_CRASH);
  }, 480_000);
});

function isDone(person: Person): boolean {
  return person.has('undo') || (person.has('confirm') && !person.undoes);
}

async function ownersOf(email: string): Promise<number> {
  const path = `/users?email=${encodeURIComponent(email)}`;
  const { status, body } = await app.admin.get<ListBody<UserBody>>(path);
  expect([status, body]).toEqual([200, expect.anything()]);
  return body.items.length;
}

async function everyoneIsTold(people: readonly Person[]): Promise<void> {
  await eventually(() => {
    for (const person of people) {
      const subjects = (address: string) => sink.mailsTo(address).map(({ subject }) => subject);
      const [old, fresh] = [subjects(person.user.email), subjects(person.newEmail)];
      expect(fresh).toContain(SUBJECT.confirm);
      expect(old).toEqual(expect.arrayContaining([SUBJECT.warning, SUBJECT.changed]));
      if (person.has('undo')) {
        expect(old).toContain(SUBJECT.reclaimed);
        expect(fresh).toContain(SUBJECT.undone);
      }
    }
  }, AFTER_A_CRASH);
}
