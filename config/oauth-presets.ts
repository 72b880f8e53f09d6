/** Where a provider's endpoints are: in its discovery document, or as configured. */
export type Endpoints =
  | { readonly protocol: 'oidc'; readonly issuer: string }
  | {
      readonly protocol: 'oauth2';
      readonly authorizationUrl: string;
      readonly tokenUrl: string;
      readonly userinfoUrl: string;
    };

/** What we know of a provider, so that it doesn't have to be configured. */
interface PresetConfig {
  readonly title: string;
  readonly endpoints: Endpoints;
  readonly scopes: readonly string[];
}

export const PRESETS = {
  google: oidc('Google', 'https://accounts.google.com'),
  github: {
    title: 'GitHub',
    endpoints: {
      protocol: 'oauth2',
      authorizationUrl: 'https://github.com/login/oauth/authorize',
      tokenUrl: 'https://github.com/login/oauth/access_token',
      userinfoUrl: 'https://api.github.com/user',
    },
    scopes: ['read:user', 'user:email'],
  },
  microsoft: oidc('Microsoft', 'https://login.microsoftonline.com/common/v2.0'),
  apple: oidc('Apple', 'https://appleid.apple.com', ['name', 'email']),
  gitlab: oidc('GitLab', 'https://gitlab.com'),
  discord: {
    title: 'Discord',
    endpoints: {
      protocol: 'oauth2',
      authorizationUrl: 'https://discord.com/oauth2/authorize',
      tokenUrl: 'https://discord.com/api/oauth2/token',
      userinfoUrl: 'https://discord.com/api/users/@me',
    },
    scopes: ['identify', 'email'],
  },
} as const satisfies Readonly<Record<string, PresetConfig>>;

export type Preset = keyof typeof PRESETS;

export function isPreset(text: string): text is Preset {
  return Object.hasOwn(PRESETS, text);
}

function oidc(
  title: string,
  issuer: string,
  scopes: readonly string[] = ['openid', 'email', 'profile'],
): PresetConfig {
  return { title, endpoints: { protocol: 'oidc', issuer }, scopes };
}
