import { describe, expect, it } from '@jest/globals';
import { type Digest, digestDueAt, quietUntil } from './local-time.js';

/** Quiet hours, when they are looked at, and when they are over, if that is in them. */
type QuietCase = readonly [zone: string, hours: string, at: string, until: string | null];

function expectQuiet([zone, hours, at, until]: QuietCase): void {
  const [start = '', end = ''] = hours.split('–');
  expect(quietUntil({ start, end }, zone, new Date(at))?.toISOString() ?? null).toBe(
    until && new Date(until).toISOString(),
  );
}

describe('quiet hours', () => {
  it.each<QuietCase>([
    ['UTC', '22:00–07:00', '2026-06-01T21:59:59Z', null],
    ['UTC', '22:00–07:00', '2026-06-01T22:00Z', '2026-06-02T07:00Z'],
    ['UTC', '22:00–07:00', '2026-06-02T06:59:59Z', '2026-06-02T07:00Z'],
    ['UTC', '22:00–07:00', '2026-06-02T07:00Z', null],
    ['UTC', '12:00–14:00', '2026-06-01T13:00Z', '2026-06-01T14:00Z'],
    ['UTC', '00:00–23:59', '2026-06-01T00:00Z', '2026-06-01T23:59Z'],
    ['Mars/Olympus', '22:00–07:00', '2026-06-01T23:00Z', '2026-06-02T07:00Z'],
    ['Asia/Kolkata', '22:00–07:00', '2026-06-01T18:00Z', '2026-06-02T01:30Z'],
    ['Asia/Kathmandu', '22:00–07:00', '2026-06-01T18:00Z', '2026-06-02T01:15Z'],
    ['Pacific/Apia', '22:00–07:00', '2026-06-01T10:00Z', '2026-06-01T18:00Z'],
    ['America/Sao_Paulo', '22:00–07:00', '2026-06-01T00:30Z', null],
    ['America/Sao_Paulo', '22:00–07:00', '2026-06-01T01:30Z', '2026-06-01T10:00Z'],
  ])('in %s, of %s: at %s, they last until %s', (...each) => {
    expectQuiet(each);
  });

  it.each<QuietCase>([
    ['Europe/Vienna', '22:00–07:00', '2026-03-28T23:00Z', '2026-03-29T05:00Z'],
    ['Europe/Vienna', '22:00–02:30', '2026-03-29T00:30Z', '2026-03-29T01:00Z'],
    ['Europe/Vienna', '22:00–02:30', '2026-03-29T01:00Z', null],
    ['Europe/Vienna', '02:30–06:00', '2026-03-29T00:59Z', null],
    ['Europe/Vienna', '02:30–06:00', '2026-03-29T01:00Z', '2026-03-29T04:00Z'],
    ['America/New_York', '22:00–07:00', '2026-03-08T06:30Z', '2026-03-08T11:00Z'],
    ['America/St_Johns', '01:00–02:30', '2026-03-08T05:00Z', '2026-03-08T05:30Z'],
    ['Australia/Lord_Howe', '22:00–02:15', '2026-10-03T15:00Z', '2026-10-03T15:30Z'],
    ['Antarctica/Troll', '22:00–02:00', '2026-03-29T00:30Z', '2026-03-29T01:00Z'],
    ['Africa/Cairo', '00:30–07:00', '2026-04-23T21:59Z', null],
    ['Africa/Cairo', '00:30–07:00', '2026-04-23T22:00Z', '2026-04-24T04:00Z'],
  ])('in %s, of %s, when an hour is left out: at %s, they last until %s', (...each) => {
    expectQuiet(each);
  });

  it.each<QuietCase>([
    ['Europe/Vienna', '22:00–02:30', '2026-10-25T00:10Z', '2026-10-25T01:30Z'],
    ['Europe/Vienna', '22:00–02:30', '2026-10-25T00:45Z', '2026-10-25T01:30Z'],
    ['Europe/Vienna', '22:00–02:30', '2026-10-25T01:30Z', null],
    ['Europe/Vienna', '02:30–06:00', '2026-10-25T00:20Z', null],
    ['Europe/Vienna', '02:30–06:00', '2026-10-25T01:10Z', '2026-10-25T05:00Z'],
    ['Europe/Dublin', '22:00–01:30', '2026-10-25T00:40Z', '2026-10-25T01:30Z'],
    ['America/New_York', '23:00–01:45', '2026-11-01T05:30Z', '2026-11-01T06:45Z'],
    ['Australia/Lord_Howe', '22:00–01:45', '2026-04-04T14:50Z', '2026-04-04T15:15Z'],
    ['Pacific/Chatham', '22:00–03:00', '2026-04-04T13:30Z', '2026-04-04T14:15Z'],
    ['Africa/Cairo', '21:00–23:30', '2026-10-29T20:45Z', '2026-10-29T21:30Z'],
  ])('in %s, of %s, when an hour happens twice: at %s, they last until %s', (...each) => {
    expectQuiet(each);
  });
});

describe('a digest', () => {
  it.each<[zone: string, digest: Digest, at: string, due: string]>([
    ['Europe/Vienna', { afterMinutes: 90 }, '2026-10-25T00:00Z', '2026-10-25T01:30Z'],
    ['Europe/Vienna', { at: '08:00' }, '2026-06-01T05:59Z', '2026-06-01T06:00Z'],
    ['Europe/Vienna', { at: '08:00' }, '2026-06-01T06:00Z', '2026-06-02T06:00Z'],
    ['Asia/Kathmandu', { at: '08:00' }, '2026-06-01T02:00Z', '2026-06-01T02:15Z'],
    ['Pacific/Apia', { at: '00:00' }, '2026-05-31T10:59Z', '2026-05-31T11:00Z'],
    // The hour that is left out, the one that happens twice, and the day after each.
    ['Europe/Vienna', { at: '02:30' }, '2026-03-28T12:00Z', '2026-03-29T01:00Z'],
    ['Europe/Vienna', { at: '02:30' }, '2026-03-29T01:00Z', '2026-03-30T00:30Z'],
    ['Europe/Vienna', { at: '02:30' }, '2026-10-24T12:00Z', '2026-10-25T00:30Z'],
    ['Europe/Vienna', { at: '02:30' }, '2026-10-25T00:30Z', '2026-10-26T01:30Z'],
    ['America/St_Johns', { at: '02:15' }, '2026-03-07T12:00Z', '2026-03-08T05:30Z'],
    ['Australia/Lord_Howe', { at: '01:45' }, '2026-04-04T12:00Z', '2026-04-04T14:45Z'],
    ['Australia/Lord_Howe', { at: '01:45' }, '2026-04-04T14:45Z', '2026-04-05T15:15Z'],
  ])('in %s, of %j, whose first notification comes at %s, is due at %s', (zone, digest, at, due) => {
    expect(digestDueAt(digest, zone, new Date(at)).toISOString()).toBe(new Date(due).toISOString());
  });
});
