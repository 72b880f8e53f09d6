import { describe, expect, it } from '@jest/globals';
import { aUser, type NewUser, type SignedUp, tokenIn } from '../support/factories.js';
import { eventually } from '../support/servers.js';
import { expectSameUsers, usersOfAccounts, useServicesApart } from '../support/services-apart.js';
import { query, tablesAbout } from '../support/stored.js';

/** Each process is killed so often. */
const ROUNDS = 3;
const PEOPLE = 12;
/** Jobs of a killed process return when their locks expire; lost ones when the outbox enqueues them again after 10, 30 and 70 s. */
const AFTER_A_CRASH = { timeoutMs: 100_000 };
const SUBJECT = {
  verify: 'Confirm your email address',
  confirm: 'Confirm your new email address',
  warning: 'Someone asked to change your email address',
  changed: 'Your email address was changed',
};

const apart = useServicesApart();
const { sink } = apart;

type Step = 'sign up' | 'verify' | 'ask' | 'confirm' | 'delete';

/** Someone who signs up, changes their address, and perhaps is deleted. They repeat what hasn't been acknowledged. */
class Person {
  readonly user: NewUser = aUser();
  readonly newEmail = aUser().email;
  readonly done: Step[] = [];
  session: SignedUp['session'] | undefined;
  private readonly tried = new Set<Step>();

  constructor(private readonly steps: readonly Step[]) {}

  get isDone(): boolean {
    return this.done.length === this.steps.length;
  }

  get isDeleted(): boolean {
    return this.done.includes('delete');
  }

  get id(): string {
    return this.session?.user.id ?? '';
  }

  /** Does what comes next, if it can be done by now. A process that is killed gives no answer. */
  async goOn(): Promise<void> {
    const next = this.steps[this.done.length];
    if (next && (await this.do(next).catch(() => false))) {
      this.done.push(next);
    }
    this.tried.add(next ?? 'sign up');
  }

  private async do(step: Step): Promise<boolean> {
    const { api } = apart.api;
    const { email } = this.user;
    switch (step) {
      case 'sign up':
        return this.signUp();
      case 'verify': {
        const token = this.tokenFor(email, SUBJECT.verify);
        return token !== undefined && (await api.verify(token)).status === 204;
      }
      case 'ask': {
        const change = { newEmail: this.newEmail };
        return (await api.as(this.session ?? NO_SESSION).post('/auth/email/change', change)).status === 202;
      }
      case 'confirm': {
        const token = this.tokenFor(this.newEmail, SUBJECT.confirm);
        return (
          token !== undefined && (await api.post('/auth/email/change/confirm', { token })).status === 204
        );
      }
      case 'delete': {
        const { status } = await apart.admin.delete(`/users/${this.id}`);
        // The first attempt may have begun it.
        return status === 202 || (status === 404 && this.tried.has('delete'));
      }
    }
  }

  private async signUp(): Promise<boolean> {
    const { api } = apart.api;
    const { status, body } = await api.register(this.user);
    // The first attempt may have registered them, though the process was killed before it said so.
    const answer = status === 409 ? await api.login(this.user) : { status, body };
    this.session = answer.status < 300 ? answer.body : undefined;
    return this.session !== undefined;
  }

  private tokenFor(address: string, subject: string): string | undefined {
    const mail = sink.mailsTo(address).find((one) => one.subject === subject);
    return mail && tokenIn(mail);
  }
}

const NO_SESSION = { accessToken: '' };
const CHANGES: readonly Step[] = ['sign up', 'verify', 'ask', 'confirm'];

describe('a sign-up, a change of the address and a deletion', () => {
  it('run to their end across three processes, whoever is killed', async () => {
    const people = Array.from(
      { length: PEOPLE },
      (_, n) => new Person(n % 2 === 0 ? CHANGES : [...CHANGES, 'delete']),
    );
    const acknowledged = () => people.reduce((total, { done }) => total + done.length, 0);
    const walks = Promise.all(people.map(walk));
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const process of [apart.api, apart.worker, apart.notifications]) {
        const before = acknowledged();
        // At another point each time.
        await eventually(
          () => expect(acknowledged() > before + round || people.every(({ isDone }) => isDone)).toBe(true),
          AFTER_A_CRASH,
        );
        await process.kill('SIGKILL');
        await process.restart();
      }
    }
    await walks;
    await everythingIsSettled();
    await expectSameUsers(apart, AFTER_A_CRASH);
    await everyoneIsTold(people.filter(({ isDeleted }) => !isDeleted));
    await nothingIsLeft(people.filter(({ isDeleted }) => isDeleted));
  }, 240_000);
});

async function walk(person: Person): Promise<void> {
  await eventually(async () => {
    await person.goOn();
    expect(person.isDone).toBe(true);
  }, AFTER_A_CRASH);
}

async function everythingIsSettled(): Promise<void> {
  await eventually(async () => {
    expect(await query(apart.database.url, 'select type, consumer from accounts.outbox')).toEqual([]);
    expect(await query(apart.own.url, 'select type, consumer from notifications.outbox')).toEqual([]);
    const open = `select id from accounts.account_deletions where state <> 'deleted'`;
    expect(await query(apart.database.url, open)).toEqual([]);
    const unsent = `select template, state from notifications.deliveries where state <> 'sent'`;
    expect(await query(apart.own.url, unsent)).toEqual([]);
  }, AFTER_A_CRASH);
}

/** Each mail may come twice if the process was killed in between, and is recognized by its Message-ID. */
async function everyoneIsTold(people: readonly Person[]): Promise<void> {
  const emails = new Map((await usersOfAccounts(apart.admin)).map(({ id, email }) => [id, email]));
  for (const { id, user, newEmail } of people) {
    expect(emails.get(id)).toBe(newEmail);
    const subjects = (address: string) => sink.mailsTo(address).map(({ subject }) => subject);
    expect(subjects(user.email)).toEqual(
      expect.arrayContaining([SUBJECT.verify, SUBJECT.warning, SUBJECT.changed]),
    );
    expect(subjects(newEmail)).toContain(SUBJECT.confirm);
    const verifications = sink.mailsTo(user.email).filter(({ subject }) => subject === SUBJECT.verify);
    expect(new Set(verifications.map(({ messageId }) => messageId)).size).toBe(1);
  }
}

async function nothingIsLeft(people: readonly Person[]): Promise<void> {
  expect(people).toHaveLength(PEOPLE / 2);
  const texts = people.flatMap(({ id, user, newEmail }) => [id, user.email, newEmail]);
  const here = await tablesAbout(apart.database.url, texts);
  expect(here.filter((name) => !name.startsWith('accounts.audit_events'))).toEqual([
    'accounts.account_deletions',
  ]);
  expect(await tablesAbout(apart.own.url, texts)).toEqual(['notifications.erased_users']);
}
