import { describe, expect, it } from '@jest/globals';
import * as contracts from '#libs/contracts';
import { LAYOUT_TEXTS } from './layout.texts.js';
import { renderAccountMail, templateLocale } from './account-mail.js';
import type { RenderedMail } from '../rendering/render-email.js';

const { findTemplate, signInCode, TEMPLATE_LOCALES } = contracts;
type Template = contracts.Template;

const link = 'https://app.example.com/verify-email?token=abc&next=%2Fhome';

function render(template: string, locale: string, data: Readonly<Record<string, string>>): RenderedMail {
  const to = { email: 'ada@acme.test', displayName: null, locale };
  return renderAccountMail({ id: '0', template, to, data });
}

const TEMPLATES = Object.values(contracts).filter(
  (exported): exported is Template => typeof exported === 'object' && 'texts' in exported,
);

it('finds the templates of the contracts', () => {
  expect(TEMPLATES.length).toBeGreaterThan(10);
});

describe.each(TEMPLATES.map(({ name }) => name))('%s', (template) => {
  it.each(TEMPLATE_LOCALES)(
    'has a subject, the link in both bodies, and no resources from other origins in %s',
    (locale) => {
      const { subject, html, text } = render(template, locale, { link });
      expect(subject).not.toMatch(/[\r\n]/);
      expect(subject.length).toBeGreaterThan(10);
      expect(html).toContain(`<html lang="${locale}"`);
      expect(html).toContain(`href="${link.replaceAll('&', '&amp;')}"`);
      expect(text).toContain(link);
      const elsewhere = [...html.matchAll(/(?:src|href)="([^"]+)"|url\(/g)].map(([, address]) => address);
      expect(new Set(elsewhere)).toEqual(new Set([link.replaceAll('&', '&amp;')]));
      expect(html + text).not.toMatch(/\{\{|\{%|undefined|\[object/);
    },
  );

  it.each(TEMPLATE_LOCALES)('shows all of its texts in %s, and from whom it is', (locale) => {
    const { texts } = findTemplate(template) as Template;
    const { subject, preheader, heading, paragraphs, action, notes } = texts[locale];
    const { fallback, sentBy } = LAYOUT_TEXTS[locale];
    const mail = render(template, locale, { link });
    const footer = `${sentBy} app.example.com`;
    expect(mail.subject).toBe(subject);
    const inText = [heading, ...paragraphs, `${action}:\n${link}\n`, ...notes, `-- \n${footer}\n`];
    expect(inText.filter((part) => !mail.text.includes(part))).toEqual([]);
    const inHtml = [subject, preheader, heading, ...paragraphs, action, fallback, ...notes, footer];
    expect(inHtml.filter((part) => !mail.html.includes(part.replaceAll('&', '&amp;')))).toEqual([]);
    // The button, and the link to copy.
    expect(mail.html.split(`href="${escaped(link)}"`)).toHaveLength(3);
    expect(mail.html).toContain(`>${escaped(link)}</a>`);
  });

  it('differs between German and English', () => {
    const [english, german] = TEMPLATE_LOCALES.map((locale) => render(template, locale, { link }));
    expect(german?.subject).not.toBe(english?.subject);
    expect(german?.text).not.toBe(english?.text);
  });
});

describe('verify-email', () => {
  it.each([
    ['en', /valid for 24 hours/, /ignore this email/],
    ['de', /24 Stunden gültig/, /ignorieren Sie diese E-Mail/],
  ])(
    'says in %s how long the link is valid and what to do if you did not ask for it',
    (locale, valid, ignore) => {
      const { html, text } = render('verify-email', locale, { link });
      for (const body of [html, text]) {
        expect(body).toMatch(valid);
        expect(body).toMatch(ignore);
      }
    },
  );
});

describe('a mail that says where it comes from', () => {
  const origin = {
    link,
    at: '2026-11-26T18:13:59.123Z',
    timezone: 'Europe/Vienna',
    app: 'Firefox',
    system: 'Linux',
    ipAddress: '203.0.113.7',
  };
  const inEnglish = [
    'When: 26 November 2026 at 19:13 CET',
    'Device: Firefox on Linux',
    'IP address: 203.0.113.7',
  ];
  const inGerman = [
    'Zeitpunkt: 26. November 2026 um 19:13 MEZ',
    'Gerät: Firefox auf Linux',
    'IP-Adresse: 203.0.113.7',
  ];

  it.each<[string, object, string[]]>([
    ['en', {}, inEnglish],
    ['fr', {}, inEnglish],
    ['de-AT', {}, inGerman],
    ['en-US', { timezone: 'America/New_York' }, ['When: November 26, 2026 at 01:13 PM EST']],
    ['en_us', { timezone: 'UTC' }, ['When: November 26, 2026 at 06:13 PM UTC']],
    ['en', { timezone: 'Mars/Olympus' }, ['When: 26 November 2026 at 18:13 UTC']],
    ['en', { app: '' }, ['Device: Linux']],
    ['en', { app: '', system: '' }, ['Device: Unknown device']],
    ['de', { app: '', system: '' }, ['Gerät: Unbekanntes Gerät']],
  ])('says it in %s, as text and as HTML: %j', (locale, more, lines) => {
    const { text, html } = render('reset-password', locale, { ...origin, ...more });
    for (const line of lines) {
      expect(text).toContain(`${line}\n`);
      const [label = '', ...value] = line.split(': ');
      expect(html).toMatch(new RegExp(`>${label}</th><td[^>]*>${value.join(': ')}</td>`));
    }
  });

  it('has no such block if nothing is known', () => {
    const { text, html } = render('reset-password', 'en', { link });
    expect(text + html).not.toMatch(/IP address|<th/);
  });

  it('escapes and shortens what strangers sent', () => {
    const app = `<a href="https://evil.example">${'x'.repeat(5_000)}`;
    const { text, html } = render('reset-password', 'en', { ...origin, app });
    const plain = render('reset-password', 'en', origin);
    expect(html).toContain('&lt;a href=&#34;https://evil.example&#34;&gt;xxx');
    expect(html).not.toContain('<a href="https://evil.example">');
    expect(html.length - plain.html.length).toBeLessThan(200);
    expect(text.length - plain.text.length).toBeLessThan(100);
  });
});

describe('the mail renderer', () => {
  it.each([
    ['de', 'de'],
    ['de-AT', 'de'],
    ['DE_ch', 'de'],
    ['en-GB', 'en'],
    ['fr-FR', 'en'],
    ['', 'en'],
    ['den', 'en'],
  ])('renders the locale %p in %s', (locale, served) => {
    expect(templateLocale(locale)).toBe(served);
  });

  it('does not know templates that nothing declares', () => {
    expect(() => render('no-such-mail', 'en', { link })).toThrow('unknown template "no-such-mail"');
  });

  it('does not let a link break out of its attribute', () => {
    const { html } = render('verify-email', 'en', {
      link: `https://a.example/?q="><script>alert(1)</script>`,
    });
    expect(html).not.toContain('<script>');
  });

  it.each([undefined, '', 'no link', 'javascript:alert(1)', 'data:text/html,x'])(
    'rejects the link %p',
    (bad) => {
      expect(() => render('verify-email', 'en', bad === undefined ? {} : { link: bad })).toThrow(
        /must be an http or https URL/,
      );
    },
  );
});

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll("'", '&#39;').replaceAll('"', '&#34;');
}

it('shows a code to type in, if there is one', () => {
  const { html, text } = render(signInCode.name, 'en', { link, code: '042617' });
  expect(html).toMatch(/>042617<\/p>/);
  expect(text).toMatch(/\n\n042617\n\n/);
  const { html: without, text: plain } = render(signInCode.name, 'en', { link });
  expect([without.includes('letter-spacing'), /\n\n\n/.test(plain)]).toEqual([false, false]);
});
