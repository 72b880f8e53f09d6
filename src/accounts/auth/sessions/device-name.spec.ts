import { describe, expect, it } from '@jest/globals';
import { nameOfDevice, presentDeviceName } from './device-name.js';

const WEBKIT = 'AppleWebKit/537.36 (KHTML, like Gecko)';

describe("a device's name", () => {
  it.each([
    ['Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0', 'Firefox on Linux'],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
      'Safari on iPhone',
    ],
    [
      `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/126.0.0.0 Safari/537.36`,
      'Chrome on Windows',
    ],
    [
      `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0`,
      'Edge on Windows',
    ],
    [
      `Mozilla/5.0 (Linux; Android 14; SAMSUNG SM-S921B) ${WEBKIT} SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36`,
      'Samsung Internet on Android',
    ],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15',
      'Safari on macOS',
    ],
    ['AcmeApp/3.2 (iPhone; iOS 17.2; Scale/3.00)', 'AcmeApp on iPhone'],
    ['AcmeApp/1 CFNetwork/1485 Darwin/23.1.0', 'AcmeApp'],
    ['Dalvik/2.1.0 (Linux; U; Android 14; Pixel 8 Build/UD1A)', 'Android'],
    ['curl/8.5.0', 'curl'],
    ['node', 'Node.js'],
    ['okhttp/4.12.0', 'okhttp'],
    ['python-requests/2.32.3', 'Python'],
    ['Go-http-client/1.1', 'Go'],
    ['Mozilla/5.0', 'Unknown device'],
    ['1/2', 'Unknown device'],
    ['', 'Unknown device'],
    ['  ', 'Unknown device'],
  ])('is what a person would call it: %j', (userAgent, name) => {
    expect(presentDeviceName(userAgent)).toBe(name);
  });

  it.each([
    'Your-account-was-hacked-call-us/1.0',
    'Visit http://evil.example now/1.0 please',
    'Mozilla/5.0 Visit http://evil.example now/1.0 please',
    'evil.example/1.0',
    'https://evil.example',
    'a@evil.example/1.0',
    '<b>x</b>/1.0',
    'K?se?/1.0',
    'x'.repeat(33),
    `${'x'.repeat(33)}/1.0`,
  ])('says nothing that a stranger made up: %j', (userAgent) => {
    expect(nameOfDevice(userAgent)).toEqual({ app: undefined, system: undefined });
  });

  it('is found fast in the longest text that we keep', () => {
    const texts = ['Mozilla/', '/', 'a-', ' x/', 'Mozilla/5.0 (Linux; '].map((part) =>
      part.repeat(256).slice(0, 256),
    );
    const startedAt = performance.now();
    texts.forEach((text) => nameOfDevice(text));
    expect(performance.now() - startedAt).toBeLessThan(250);
  });
});
