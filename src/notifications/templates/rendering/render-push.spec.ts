import { describe, expect, it } from '@jest/globals';
import { pushPayload, renderPush } from './render-push.js';

const ID = '0199c1d2-7a3b-7cde-8f01-23456789abcd';
const source = { title: '{{ title }}', body: '{{ body }}', url: '{{ url }}' };
const values = { title: 'Here', body: 'It is here.', url: 'https://parcels.test/1' };

describe('a push notification', () => {
  it('becomes JSON for the service worker', () => {
    const payload = pushPayload(ID, renderPush(source, values));
    expect(JSON.parse(payload)).toEqual({ id: ID, ...values });
    expect(JSON.parse(pushPayload(ID, renderPush({ ...source, url: null }, values)))).toMatchObject({
      url: null,
    });
  });

  it.each(['x', 'é', '漢', '👋', '"', '\n'])(
    'always fits if its texts are as long as they may be: %j',
    (character) => {
      const fill = (length: number): string => character.repeat(length / character.length);
      const url = `https://parcels.test/${'x'.repeat(1_003)}`;
      const rendered = renderPush(source, { title: fill(120), body: `a${fill(698)}z`, url });
      expect(rendered.url).toHaveLength(1_024);
      expect(Buffer.byteLength(pushPayload(ID, rendered))).toBeLessThanOrEqual(3_993);
    },
  );

  it.each([
    ['title', { title: 'x'.repeat(121) }, 'the result is longer than 120 characters'],
    ['body', { body: 'x'.repeat(701) }, 'the result is longer than 700 characters'],
    [
      'url',
      { url: `https://parcels.test/?${'é'.repeat(400)}` },
      'the url must be an http or https URL of at most 1,024 characters',
    ],
    [
      'size, as with characters that JSON writes with six bytes',
      { body: '\u0001'.repeat(700), url: `https://parcels.test/${'x'.repeat(500)}` },
      'a push notification can have at most 3,993 bytes as JSON, and this one has ',
    ],
  ])('is rejected because of its %s', (_, changed, message) => {
    expect(() => renderPush(source, { ...values, ...changed })).toThrow(message);
  });
});
