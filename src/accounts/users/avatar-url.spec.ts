import { describe, expect, it } from '@jest/globals';
import { isHttpsUri, toUri } from './avatar-url.js';

describe('toUri', () => {
  it.each([
    'https://acme.com',
    'https://acme.com/ada.png',
    'HTTPS://Acme.com:443/a/../b?size=1&name=a%20b#top',
    "https://acme.com/~ada/(1)/a,b;c=d:e@f!g$h*i+j'k",
    'https://acme.com?',
    'https://[2001:db8::1]:8443/a.png',
    'https://a_b.acme.com/',
  ])('keeps the URI %s', (uri) => {
    expect(toUri(uri)).toBe(uri);
    expect(isHttpsUri(uri)).toBe(true);
  });

  it.each([
    ['https://acme.com/<x>', 'https://acme.com/%3Cx%3E'],
    ['https://acme.com/a|b', 'https://acme.com/a%7Cb'],
    ['https://acme.com/%zz', 'https://acme.com/%25zz'],
    ['https://acme.com/100%', 'https://acme.com/100%25'],
    ['https://acme.com/a[1]?b[]=c', 'https://acme.com/a%5B1%5D?b%5B%5D=c'],
    ['https://acme.com/#[', 'https://acme.com/#%5B'],
    ['https://acme.com/#a#b', 'https://acme.com/#a%23b'],
    ['https://acme.com/"{`^}', 'https://acme.com/%22%7B%60%5E%7D'],
    ['https://ü.example/ä.png', 'https://xn--tda.example/%C3%A4.png'],
    ['https://acme.com/😀?ſ#\u212a', 'https://acme.com/%F0%9F%98%80?%C5%BF#%E2%84%AA'],
  ])('encodes %s', (url, uri) => {
    expect(toUri(url)).toBe(uri);
    expect(toUri(uri)).toBe(uri);
    expect(isHttpsUri(uri)).toBe(true);
  });

  it.each([
    'https://a"b.com/',
    'https://a{b}.com/<',
    'https://ada:secret@acme.com/<x>',
    'https://ada@acme.com/',
    'https://acme.com:99999/',
    'https://acme.com/a b',
    'https:acme.com',
    'https://acme.com\\a',
    'http://acme.com/<x>',
    'javascript:alert(1)',
    '',
  ])('makes no URI of %j', (text) => {
    expect(isHttpsUri(toUri(text))).toBe(false);
  });
});
