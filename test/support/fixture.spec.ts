import { afterAll, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { hold, useFixture } from './fixture.js';

/** Everything that was opened and released, in order. */
const events: string[] = [];

function open(name: string): Promise<string> {
  return hold(Promise.resolve(name), () => events.push(`released ${name}`));
}

describe('a fixture', () => {
  describe('of a suite', () => {
    const base = useFixture(async () => ({
      name: await open('base'),
      nested: { count: 1, double: (n: number) => 2 * n },
    }));
    const { nested } = base;
    const dependent = useFixture(async () => ({ name: await open(`dependent on ${base.name}`) }));

    it('can be destructured before it is set up', () => {
      expect([nested.count, nested.double(4), { ...nested }.count]).toEqual([1, 8, 1]);
      nested.count = 2;
      expect(base.nested.count).toBe(2);
    });

    it('releases what a test opened after that test', async () => {
      expect(dependent.name).toBe('dependent on base');
      await open('the test’s own');
      expect(events).toEqual([]);
    });

    it('is still set up in the next test', () => {
      expect(events.splice(0)).toEqual(['released the test’s own']);
      expect(base.name).toBe('base');
    });

    it('rejects when a part of the set-up fails', async () => {
      const failing = hold(Promise.reject(new Error('did not start')), () => events.push('released nothing'));
      const late = hold(
        delay(50).then(() => 'late'),
        (name) => events.push(`released ${name}`),
      );
      await expect(Promise.all([open('early'), failing, late])).rejects.toThrow('did not start');
      expect(events).toEqual([]);
    });

    it('releases the other parts, including those that were still starting', () => {
      expect(events.splice(0)).toEqual(['released early', 'released late']);
    });
  });

  describe('after its suite', () => {
    it('was torn down in reverse order', () => {
      expect(events.splice(0)).toEqual(['released dependent on base', 'released base']);
    });
  });

  describe('of each test', () => {
    let count = 0;
    const fresh = useFixture(async () => ({ name: await open(`number ${++count}`) }), { per: 'test' });

    it('is set up once', () => {
      expect(fresh.name).toBe('number 1');
    });

    it('is set up again', () => {
      expect(fresh.name).toBe('number 2');
      expect(events).toEqual(['released number 1']);
    });

    afterAll(() => {
      expect(events.splice(0)).toEqual(['released number 1', 'released number 2']);
    });
  });

  describe('that is used too early', () => {
    const fixture = useFixture(() => ({ name: 'here', nested: { count: 1 } }));
    const { name, nested } = fixture;
    const early = errorsOf([() => `${name}`, () => nested.count + 1]);

    it('says where to use it', () => {
      expect(early).toEqual(Array(2).fill(expect.stringContaining('not set up yet')));
    });

    it('says that a plain value cannot be destructured', () => {
      expect(errorsOf([() => `${name}`])).toEqual([expect.stringContaining('not an object')]);
      expect([`${fixture.name}`, nested.count]).toEqual(['here', 1]);
    });
  });
});

function errorsOf(attempts: readonly (() => unknown)[]): unknown[] {
  return attempts.map((attempt) => {
    try {
      return attempt();
    } catch (error) {
      return (error as Error).message;
    }
  });
}
