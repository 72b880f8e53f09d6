import { expect, it } from '@jest/globals';
import { KeyRing, SealBrokenError, Sealer } from '#libs/crypto';
import { liveSecrets, openSettings, sealSettings } from './webhook-settings.js';

const sealer = new Sealer(new KeyRing([{ id: 'k1', bytes: Buffer.alloc(32, 1) }]));
const NOON = new Date('2026-11-30T12:00:00Z');
const SETTINGS = {
  url: 'https://acme.com/hooks/a-secret-path',
  secrets: [
    { secret: 'whsec_new', expiresAt: null },
    { secret: 'whsec_old', expiresAt: NOON.toISOString() },
  ],
};

it('a former secret signs until it expires, and no longer signs then', () => {
  expect(liveSecrets(SETTINGS, new Date(NOON.getTime() - 1))).toEqual(['whsec_new', 'whsec_old']);
  expect(liveSecrets(SETTINGS, NOON)).toEqual(['whsec_new']);
});

it('the settings of a webhook are sealed, and can be opened for no other', () => {
  const sealed = sealSettings(sealer, 'one', SETTINGS);
  expect(sealed).not.toContain('a-secret-path');
  expect(openSettings(sealer, 'one', sealed)).toEqual(SETTINGS);
  expect(() => openSettings(sealer, 'another', sealed)).toThrow(SealBrokenError);
});
