import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { accountsProto } from '#libs/contracts';
import { hashToken } from '#libs/crypto';
import { GrpcPeer } from '#libs/grpc';
import { type ApiKeyPrincipal, Authentication } from '#libs/permissions';

const BEARER = /^Bearer +(?=\S)/i;
/** How long a key that was revoked is still accepted. */
const TRUSTED_MS = 1_000;
const MAX_KEYS = 10_000;

/** Asks accounts in another process whose API key it is. Access tokens are for the HTTP API. */
@Injectable()
export class RemoteAuthentication extends Authentication {
  private readonly known = new LRUCache<string, ApiKeyPrincipal>({ max: MAX_KEYS, ttl: TRUSTED_MS });

  constructor(private readonly accounts: GrpcPeer) {
    super();
  }

  /** @throws Problem `unavailable` */
  override async identify(authorization = ''): Promise<ApiKeyPrincipal | undefined> {
    const scheme = BEARER.exec(authorization)?.[0];
    if (scheme === undefined) {
      return undefined;
    }
    const token = authorization.slice(scheme.length);
    const hash = hashToken(token);
    const known = this.known.get(hash);
    if (known) {
      return known;
    }
    const principal = await this.introspect(token);
    if (principal) {
      this.known.set(hash, principal);
    }
    return principal;
  }

  private async introspect(token: string): Promise<ApiKeyPrincipal | undefined> {
    const { active, userId, apiKeyId, roles, permissions } = await this.accounts.call(
      accountsProto.AccountsService.method.introspectToken,
      { token },
    );
    return active && apiKeyId
      ? {
          kind: 'api-key',
          userId,
          keyId: apiKeyId,
          permissions: new Set(permissions),
          roles,
          withheldRoles: [],
        }
      : undefined;
  }
}
