import { expect, it } from '@jest/globals';
import { waitingOf } from './delivery-rank.js';
import { sendBroadcastMail, sendBroadcastSms, sendDigest, sendPush } from './delivery-tasks.js';

const expiresAt = new Date('2026-12-04T12:00:00Z');

it.each([
  ['an email about an account', null, undefined, 'urgent'],
  ['a notification about security', sendPush.name, 'security', 'urgent'],
  ['any other notification', sendPush.name, 'orders', 'ordinary'],
  ['a digest', sendDigest.name, 'orders', 'ordinary'],
  ['one of a broadcast', sendBroadcastSms.name, 'orders', 'broadcast'],
  ['one of a broadcast about security', sendBroadcastMail.name, 'security', 'broadcast'],
])('%s waits for its provider as it should', (_, task, category, rank) => {
  const slot = { provider: 'smtp', schedule: 1, at: 2 };
  expect(waitingOf({ task, rateSlot: slot, expiresAt }, category)).toEqual({
    rank,
    slot,
    before: expiresAt,
  });
});
