import { describe, expect, it } from '@jest/globals';
import { namesIn, newPem, parse, problemsOf } from '../test/support/environment.js';
import { useTemporaryFolder } from '../test/support/temporary-folder.js';

const CLIENT = { OAUTH_ACME_CLIENT_ID: 'id', OAUTH_ACME_CLIENT_SECRET: 'secret' };
const URLS = {
  OAUTH_ACME_AUTHORIZATION_URL: 'https://acme.test/authorize',
  OAUTH_ACME_TOKEN_URL: 'https://acme.test/token',
  OAUTH_ACME_USERINFO_URL: 'https://acme.test/me',
};
const folder = useTemporaryFolder();

describe('a provider', () => {
  it('can be a preset', () => {
    expect(parse({ ...CLIENT, OAUTH_ACME_PRESET: 'google' }).oauthProviders).toEqual([
      {
        name: 'acme',
        title: 'Google',
        preset: 'google',
        clientId: 'id',
        credentials: { kind: 'secret', secret: 'secret' },
        endpoints: { protocol: 'oidc', issuer: 'https://accounts.google.com' },
        scopes: ['openid', 'email', 'profile'],
        trustEmail: false,
      },
    ]);
  });

  it('can be any issuer of OpenID Connect, or any server of OAuth 2', () => {
    const issuer = 'https://acme.test/realms/one';
    const [oidc] = parse({
      OAUTH_ACME_SSO_CLIENT_ID: 'id',
      OAUTH_ACME_SSO_CLIENT_SECRET_FILE: folder.write('secret', 'from a file\n'),
      OAUTH_ACME_SSO_ISSUER: issuer,
      OAUTH_ACME_SSO_TRUST_EMAIL: 'true',
      OAUTH_ACME_SSO_SCOPES: 'openid, email',
      OAUTH_ACME_SSO_TITLE: 'Acme',
    }).oauthProviders;
    expect(oidc).toMatchObject({
      name: 'acme-sso',
      title: 'Acme',
      credentials: { secret: 'from a file' },
      endpoints: { protocol: 'oidc', issuer },
      scopes: ['openid', 'email'],
      trustEmail: true,
    });
    const [oauth2] = parse({ ...CLIENT, ...URLS }).oauthProviders;
    expect(oauth2).toMatchObject({
      title: 'Acme',
      endpoints: { protocol: 'oauth2', userinfoUrl: 'https://acme.test/me' },
      scopes: [],
    });
  });

  it('can be a preset at another place, such as a GitLab of your own', () => {
    const gitlab = { OAUTH_ACME_PRESET: 'gitlab', OAUTH_ACME_ISSUER: 'https://gitlab.acme.test' };
    expect(parse({ ...CLIENT, ...gitlab }).oauthProviders).toMatchObject([
      { title: 'GitLab', endpoints: { protocol: 'oidc', issuer: 'https://gitlab.acme.test' } },
    ]);
    expect(parse({ ...CLIENT, ...URLS, OAUTH_ACME_PRESET: 'github' }).oauthProviders).toMatchObject([
      { title: 'GitHub', endpoints: { tokenUrl: 'https://acme.test/token' } },
    ]);
  });

  it('of Apple has a key that signs its secrets', () => {
    const apple = {
      OAUTH_APPLE_PRESET: 'apple',
      OAUTH_APPLE_CLIENT_ID: 'com.acme.web',
      OAUTH_APPLE_TEAM_ID: 'TEAM',
      OAUTH_APPLE_KEY_ID: 'KEY',
      OAUTH_APPLE_PRIVATE_KEY: newPem().replaceAll('\n', '\\n'),
    };
    expect(parse(apple).oauthProviders).toMatchObject([
      { credentials: { kind: 'apple-key', teamId: 'TEAM', keyId: 'KEY' }, scopes: ['name', 'email'] },
    ]);
    expect(namesIn(problemsOf({ ...apple, OAUTH_APPLE_CLIENT_SECRET: 'secret' }))).toEqual([
      'OAUTH_APPLE_CLIENT_SECRET',
    ]);
    expect(namesIn(problemsOf({ ...apple, OAUTH_APPLE_PRIVATE_KEY: newPem('P-384') }))).toEqual([
      'OAUTH_APPLE_PRIVATE_KEY',
    ]);
    expect(
      namesIn(problemsOf({ OAUTH_APPLE_PRESET: 'apple', OAUTH_APPLE_CLIENT_ID: 'com.acme.web' })),
    ).toEqual(['OAUTH_APPLE_TEAM_ID', 'OAUTH_APPLE_KEY_ID', 'OAUTH_APPLE_PRIVATE_KEY']);
  });

  it('is only read where users sign in', () => {
    expect(parse({ OAUTH_ACME_PRESET: 'google' }, 'worker').oauthProviders).toEqual([]);
  });

  it.each<[Record<string, string>, string[]]>([
    [{ OAUTH_ACME_CLIENT_ID: 'id' }, ['OAUTH_ACME_PRESET', 'OAUTH_ACME_CLIENT_SECRET']],
    [{ OAUTH_ACME_ISSUER: 'https://acme.test' }, ['OAUTH_ACME_CLIENT_ID', 'OAUTH_ACME_CLIENT_SECRET']],
    [{ ...CLIENT, OAUTH_ACME_PRESET: 'gogle' }, ['OAUTH_ACME_PRESET']],
    [{ ...CLIENT, OAUTH_ACME_ISSUER: 'acme.test' }, ['OAUTH_ACME_ISSUER']],
    [{ ...CLIENT, OAUTH_ACME_ISSUER: 'https://acme.test/?a=1' }, ['OAUTH_ACME_ISSUER']],
    [{ ...CLIENT, ...URLS, OAUTH_ACME_USERINFO_URL: '' }, ['OAUTH_ACME_USERINFO_URL']],
    [{ ...CLIENT, ...URLS, OAUTH_ACME_TOKEN_URL: 'https://a:b@acme.test' }, ['OAUTH_ACME_TOKEN_URL']],
    [{ ...CLIENT, ...URLS, OAUTH_ACME_ISSUER: 'https://acme.test' }, ['OAUTH_ACME_ISSUER']],
    [{ ...CLIENT, ...URLS, OAUTH_ACME_PRESET: 'google' }, ['OAUTH_ACME_PRESET']],
    [
      { ...CLIENT, OAUTH_ACME_PRESET: 'github', OAUTH_ACME_ISSUER: 'https://acme.test' },
      ['OAUTH_ACME_ISSUER'],
    ],
    [{ ...CLIENT, OAUTH_ACME_PRESET: 'google', OAUTH_ACME_TRUST_EMAIL: 'yes' }, ['OAUTH_ACME_TRUST_EMAIL']],
    [{ ...CLIENT, OAUTH_ACME_PRESET: 'google', OAUTH_ACME_SCOPES: 'a"b' }, ['OAUTH_ACME_SCOPES']],
    [
      {
        OAUTH_EXCHANGE_CLIENT_ID: 'id',
        OAUTH_EXCHANGE_CLIENT_SECRET: 'secret',
        OAUTH_EXCHANGE_PRESET: 'google',
      },
      ['OAUTH_EXCHANGE_CLIENT_ID'],
    ],
  ])('that is incomplete or contradictory is reported: %j', (variables, names) => {
    expect(namesIn(problemsOf(variables)).toSorted()).toEqual(names.toSorted());
  });

  it('is reached over https in production', () => {
    const issuer = 'http://acme.test';
    const production = { NODE_ENV: 'production', PUBLIC_URL: 'https://accounts.acme.test' };
    expect(namesIn(problemsOf({ ...CLIENT, ...production, OAUTH_ACME_ISSUER: issuer }))).toContain(
      'OAUTH_ACME_ISSUER',
    );
  });

  it('with a misspelled variable is reported with the name that was meant', () => {
    const misspelled = { ...CLIENT, OAUTH_ACME_PRESET: 'google', OAUTH_ACME_SCOPE: 'openid' };
    expect(parse(misspelled).warnings).toEqual([
      'OAUTH_ACME_SCOPE is not a variable of Gatehouse: did you mean OAUTH_ACME_SCOPES?',
    ]);
  });
});

describe('REDIRECT_URLS', () => {
  it('defaults to any page of APP_URL', () => {
    expect(parse({ APP_URL: 'https://app.acme.com/start' }).redirectUrls).toEqual(['https://app.acme.com/*']);
  });

  it('may contain prefixes and the schemes of native apps', () => {
    const urls = ['https://app.acme.com/signed-in', 'https://app.acme.com/in/*', 'com.acme.app:/signed-in'];
    expect(parse({ REDIRECT_URLS: urls.join(', ') }).redirectUrls).toEqual(urls);
  });

  it.each([
    'app.acme.com/in',
    'https://*.acme.com/in',
    'https://app.acme.com/in*',
    'https://app.acme.com/*/in',
    'https://app.acme.com/in#done',
    'https://ada:secret@app.acme.com/in',
    'javascript:alert(1)',
    'data:text/html',
    'https://',
  ])('rejects %s', (url) => {
    expect(problemsOf({ REDIRECT_URLS: url })).toEqual([expect.stringContaining(`"${url}"`)]);
  });
});
