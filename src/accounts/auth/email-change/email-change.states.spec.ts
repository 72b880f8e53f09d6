import { describe, expect, it } from '@jest/globals';
import { UNDO_MS } from '../ownership/undo-period.js';
import { EMAIL_CHANGE_STATES, type EmailChangeEvent, nextStep } from './email-change.states.js';

const NOW = new Date('2026-11-26T12:00:00Z');
const device = { userAgent: undefined, ipAddress: '192.0.2.1' };
const CHANGE = { decoy: false, wakeAt: NOW };

const CONFIRMED = { type: 'confirmed', at: NOW, device, isVerified: true, isReturn: false } as const;

const EVENTS: Readonly<Record<EmailChangeEvent['type'], EmailChangeEvent>> = {
  confirmed: CONFIRMED,
  undone: { type: 'undone', device },
  reverted: { type: 'reverted' },
  declined: { type: 'declined' },
  superseded: { type: 'superseded' },
  overruled: { type: 'overruled' },
  due: { type: 'due', at: NOW },
};

/** The next state for each event that has an effect. */
const TABLE: Readonly<Record<(typeof EMAIL_CHANGE_STATES)[number], Readonly<Record<string, string>>>> = {
  requested: {
    confirmed: 'confirmed',
    undone: 'undone',
    reverted: 'undone',
    declined: 'declined',
    superseded: 'superseded',
    overruled: 'overruled',
    due: 'expired',
  },
  confirmed: { undone: 'undone', reverted: 'undone', overruled: 'overruled', due: 'settled' },
  expired: { undone: 'undone', reverted: 'undone', overruled: 'overruled' },
  superseded: { undone: 'undone', reverted: 'undone', overruled: 'overruled' },
  settled: { overruled: 'overruled' },
  declined: { undone: 'undone', reverted: 'undone', overruled: 'overruled' },
  undone: { overruled: 'overruled' },
  overruled: { overruled: 'overruled' },
};

describe('a change of an address', () => {
  it.each(EMAIL_CHANGE_STATES)('goes on from %s only as it should', (state) => {
    const found = Object.entries(EVENTS).flatMap(([type, event]) => {
      const step = nextStep({ ...CHANGE, state }, event);
      return step ? [[type, step.state]] : [];
    });
    expect(Object.fromEntries(found)).toEqual(TABLE[state]);
  });

  it('gives its addresses free whenever it is over', () => {
    for (const state of EMAIL_CHANGE_STATES) {
      for (const event of Object.values(EVENTS)) {
        const step = nextStep({ ...CHANGE, state }, event);
        if (step && !step.wakeAt) {
          expect(step.commands).toContainEqual({ type: 'release-addresses' });
        }
      }
    }
  });

  it('can be undone for 72 hours once it is confirmed, unless the old address was never verified', () => {
    const until = new Date(NOW.getTime() + UNDO_MS);
    const confirmed = nextStep({ ...CHANGE, state: 'requested' }, EVENTS.confirmed);
    expect(confirmed).toMatchObject({ state: 'confirmed', wakeAt: until });
    expect(confirmed?.commands).toContainEqual({ type: 'keep-old-address', until });
    const final = nextStep({ ...CHANGE, state: 'requested' }, { ...CONFIRMED, isVerified: false });
    expect(final?.state).toBe('settled');
    expect(final?.wakeAt).toBeUndefined();
  });

  it('back to an address that is kept is final, and tells the one in between', () => {
    const step = nextStep({ ...CHANGE, state: 'requested' }, { ...CONFIRMED, isReturn: true });
    expect(step).toMatchObject({ state: 'settled' });
    expect(step?.wakeAt).toBeUndefined();
    expect(step?.commands).toContainEqual({ type: 'tell-lost-address' });
  });

  it('to an address that has an account is never confirmed', () => {
    expect(nextStep({ ...CHANGE, state: 'requested', decoy: true }, EVENTS.confirmed)).toBeUndefined();
  });

  it.each(['requested', 'confirmed'])('in the state %s waits until it is due', (state) => {
    const wakeAt = new Date(NOW.getTime() + 1);
    expect(nextStep({ ...CHANGE, state, wakeAt }, EVENTS.due)).toBeUndefined();
  });

  it('changes the address back before it sends a link to it', () => {
    const types = nextStep({ ...CHANGE, state: 'confirmed' }, EVENTS.undone)?.commands.map(
      ({ type }) => type,
    );
    expect(types?.indexOf('restore-address')).toBeLessThan(types?.indexOf('take-account-back') ?? 0);
    expect(types?.indexOf('overrule-later-changes')).toBeLessThan(types?.indexOf('restore-address') ?? 0);
  });
});
