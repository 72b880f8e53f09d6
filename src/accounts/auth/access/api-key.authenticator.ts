import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clock } from '#libs/clock';
import { hashToken } from '#libs/crypto';
import type { ApiKeyPrincipal } from '#libs/permissions';
import { type Profile, UsersService } from '../../users/index.js';
import { API_KEY_PREFIX, isApiKey } from '../api-keys/api-key.js';
import { ApiKeyCache, type KeyState } from '../api-keys/api-key-cache.js';
import { ApiKeyUses } from '../api-keys/api-key-uses.js';
import type { Authenticator } from './authenticator.js';

const MAX_HASHES = 20_000;

/** Authenticates API keys of active users. */
@Injectable()
export class ApiKeyAuthenticator implements Authenticator {
  /** Hashing a key takes longer than all the rest. */
  private readonly hashes = new LRUCache<string, string>({ max: MAX_HASHES });

  constructor(
    private readonly keys: ApiKeyCache,
    private readonly users: UsersService,
    private readonly uses: ApiKeyUses,
    private readonly clock: Clock,
  ) {}

  /** Synchronous for keys that were used a moment ago, which most are. */
  authenticate(token: string): ApiKeyPrincipal | undefined | Promise<ApiKeyPrincipal | undefined> {
    const hash = token.startsWith(API_KEY_PREFIX) ? this.hashOf(token) : undefined;
    if (hash === undefined) {
      return undefined;
    }
    const cached = this.keys.peek(hash);
    const owner = cached?.state && this.users.peekProfile(cached.state.userId);
    return cached?.state && owner ? this.principalOf(cached.state, owner) : this.look(hash);
  }

  /** @returns undefined for text that can't be a key */
  private hashOf(key: string): string | undefined {
    const known = this.hashes.get(key);
    if (known !== undefined || !isApiKey(key)) {
      return known;
    }
    const hash = hashToken(key);
    this.hashes.set(key, hash);
    return hash;
  }

  private async look(hash: string): Promise<ApiKeyPrincipal | undefined> {
    const state = await this.keys.get(hash);
    const owner = state && (await this.users.findProfile(state.userId));
    return state && owner ? this.principalOf(state, owner) : undefined;
  }

  private principalOf(
    { id: keyId, userId, permissions, rateLimit, expiresAt }: KeyState,
    { status, roles }: Profile,
  ): ApiKeyPrincipal | undefined {
    if (status !== 'active' || expiresAt <= this.clock.millis()) {
      return undefined;
    }
    this.uses.record(keyId);
    const limit = rateLimit && { rateLimit };
    return { kind: 'api-key', userId, keyId, permissions, ...limit, roles, withheldRoles: [] };
  }
}
