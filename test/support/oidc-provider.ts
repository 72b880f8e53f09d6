import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import { type Adapter, type AdapterPayload, Provider } from 'oidc-provider';
import { hold, useFixture } from './fixture.js';

export interface OidcAccount {
  readonly sub: string;
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly name?: string;
  readonly locale?: string;
}

export interface OidcServer {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Who is in front of the browser. */
  signIn(account: OidcAccount): void;
}

/** A certified OpenID Connect provider, at which people sign in and consent without being asked. */
export function useOidcProvider(redirectUris: () => string[]): OidcServer {
  return useFixture(() => hold(startOidcProvider(redirectUris()), ({ stop }) => stop()));
}

async function startOidcProvider(
  redirectUris: string[],
): Promise<OidcServer & { readonly stop: () => Promise<void> }> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const [clientId, clientSecret] = ['gatehouse-tests', 'a secret that only the two of us know'];
  const accounts = new Map<string, OidcAccount>();
  let present: OidcAccount = { sub: 'nobody' };
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const provider = new Provider(issuer, {
    adapter: Memory,
    jwks: { keys: [await exportJWK(privateKey)] },
    ttl: {
      AccessToken: 600,
      AuthorizationCode: 60,
      Grant: 600,
      IdToken: 600,
      Interaction: 600,
      Session: 600,
    },
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: redirectUris,
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'locale'] },
    features: { devInteractions: { enabled: false } },
    pkce: { required: () => true },
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    findAccount: (_ctx, sub) => {
      const account = accounts.get(sub);
      return account && { accountId: sub, claims: () => ({ ...account }) };
    },
    loadExistingGrant: async (ctx) => {
      const { Grant } = ctx.oidc.provider;
      const grant = new Grant({
        clientId: ctx.oidc.client?.clientId ?? '',
        accountId: ctx.oidc.session?.accountId ?? '',
      });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
  });
  const callback = provider.callback();
  server.on('request', (request, response) => {
    if (request.url?.startsWith('/interaction/')) {
      accounts.set(present.sub, present);
      void provider.interactionFinished(request, response, { login: { accountId: present.sub } });
    } else {
      void callback(request, response);
    }
  });
  return {
    issuer,
    clientId,
    clientSecret,
    signIn: (account) => {
      present = account;
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The package has one, but warns of it. */
class Memory implements Adapter {
  private static readonly rows = new Map<string, AdapterPayload>();

  constructor(private readonly kind: string) {}

  upsert(id: string, payload: AdapterPayload): Promise<undefined> {
    Memory.rows.set(this.keyOf(id), payload);
    return Promise.resolve(undefined);
  }

  find(id: string): Promise<AdapterPayload | undefined> {
    return Promise.resolve(Memory.rows.get(this.keyOf(id)));
  }

  findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return Promise.resolve([...Memory.rows.values()].find((row) => row.uid === uid));
  }

  findByUserCode(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  consume(id: string): Promise<undefined> {
    Object.assign(Memory.rows.get(this.keyOf(id)) ?? {}, { consumed: Math.floor(Date.now() / 1000) });
    return Promise.resolve(undefined);
  }

  destroy(id: string): Promise<undefined> {
    Memory.rows.delete(this.keyOf(id));
    return Promise.resolve(undefined);
  }

  revokeByGrantId(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  private keyOf(id: string): string {
    return `${this.kind}:${id}`;
  }
}
