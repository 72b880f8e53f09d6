import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { AppConfig, type OAuthProviderConfig } from '../../../../../config/index.js';
import { unknownProvider } from '../oauth.errors.js';
import { OAuth2Provider } from './oauth2.provider.js';
import { OidcProvider } from './oidc.provider.js';
import type { Provider } from './provider.js';

/** The configured providers. None is asked anything before someone wants to sign in with it. */
@Injectable()
export class Providers {
  private readonly byName: ReadonlyMap<string, Provider>;

  constructor({ oauthProviders }: AppConfig, clock: Clock) {
    this.byName = new Map(oauthProviders.map((config) => [config.name, create(config, clock)]));
  }

  all(): Provider[] {
    return [...this.byName.values()];
  }

  /** @throws Problem `unknown-provider` */
  get(name: string): Provider {
    const provider = this.byName.get(name);
    if (!provider) {
      throw unknownProvider();
    }
    return provider;
  }

  titleOf(name: string): string | undefined {
    return this.byName.get(name)?.title;
  }
}

function create(config: OAuthProviderConfig, clock: Clock): Provider {
  const { endpoints } = config;
  return endpoints.protocol === 'oidc'
    ? new OidcProvider(config, endpoints.issuer, clock)
    : new OAuth2Provider(config, endpoints);
}
