import type { InvalidMember } from '#libs/problem';

/** The response of an operation. `body` is undefined when there is none, and text when it isn't JSON. */
export interface Answer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

export interface UserBody {
  readonly id: string;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly displayName: string | null;
  readonly locale: string;
  readonly timezone: string;
  readonly avatarUrl: string | null;
  readonly signInNotifications: boolean;
  readonly roles: readonly string[];
  readonly status: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly appMetadata: Readonly<Record<string, unknown>>;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface SessionBody {
  readonly accessToken: string;
  readonly tokenType: string;
  readonly expiresIn: number;
  readonly refreshToken: string;
  readonly user: UserBody;
}

export interface DeviceBody {
  readonly id: string;
  readonly current: boolean;
  readonly deviceName: string | null;
  readonly userAgent: string | null;
  readonly ipAddress: string | null;
  readonly methods: readonly string[];
  readonly createdAt: string;
  readonly lastUsedAt: string;
  readonly expiresAt: string;
}

export interface ListBody<T> {
  readonly items: readonly T[];
  readonly page: {
    readonly nextCursor: string | null;
    readonly previousCursor: string | null;
    readonly total?: number;
  };
}

export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly code: string;
  readonly requestId: string;
  readonly errors?: readonly InvalidMember[];
}

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

interface NewProfile extends Credentials {
  readonly displayName?: string | null;
  readonly locale?: string;
  readonly timezone?: string;
}

export interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent unchanged. */
  readonly body?: string | Uint8Array<ArrayBuffer>;
}

/** Calls a running API as its users do. Each `with…` returns another client and leaves this one unchanged. */
export class ApiClient {
  constructor(
    readonly url: string,
    private readonly prefix = '/v2',
    readonly headers: Readonly<Record<string, string>> = {},
  ) {}

  /** Under another prefix: `/v1`, or an empty one for unversioned routes. */
  under(prefix: string): ApiClient {
    return new ApiClient(this.url, prefix, this.headers);
  }

  /** The same caller, at another replica. */
  at(url: string): ApiClient {
    return new ApiClient(url, this.prefix, this.headers);
  }

  with(headers: Readonly<Record<string, string>>): ApiClient {
    return new ApiClient(this.url, this.prefix, { ...this.headers, ...headers });
  }

  as({ accessToken }: { readonly accessToken: string }): ApiClient {
    return this.with({ authorization: `Bearer ${accessToken}` });
  }

  async send<T>(method: string, path: string, options: RequestOptions = {}): Promise<Answer<T>> {
    const body = options.json === undefined ? options.body : JSON.stringify(options.json);
    const response = await fetch(`${this.url}${this.prefix}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(options.json === undefined ? {} : { 'content-type': 'application/json' }),
        ...this.headers,
        ...options.headers,
      },
      ...(body === undefined ? {} : { body }),
    });
    const type = response.headers.get('content-type') ?? '';
    // A stream doesn't end by itself.
    const text = type === 'text/event-stream' ? await response.body?.cancel() : await response.text();
    const isJson = /\bjson\b/.test(type);
    const parsed: unknown = text === '' || text === undefined ? undefined : isJson ? JSON.parse(text) : text;
    return { status: response.status, headers: response.headers, body: parsed as T };
  }

  get<T>(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer<T>> {
    return this.send('GET', path, { headers });
  }

  post<T>(path: string, json?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer<T>> {
    return this.send('POST', path, { json, headers });
  }

  patch<T>(path: string, json: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer<T>> {
    return this.send('PATCH', path, { json, headers });
  }

  delete<T>(path: string): Promise<Answer<T>> {
    return this.send('DELETE', path);
  }

  /** @param user may have other members, which aren't sent */
  register({ email, password, displayName, locale, timezone }: NewProfile): Promise<Answer<SessionBody>> {
    return this.post('/auth/register', { email, password, displayName, locale, timezone });
  }

  login({ email, password }: Credentials): Promise<Answer<SessionBody>> {
    return this.post('/auth/login', { email, password });
  }

  refresh(refreshToken: string): Promise<Answer<SessionBody & ProblemBody>> {
    return this.post('/auth/refresh', { refreshToken });
  }

  verify(token: string, password?: string): Promise<Answer<ProblemBody | undefined>> {
    return this.post('/auth/email/verify', { token, password });
  }

  me(): Promise<Answer<UserBody>> {
    return this.get('/users/me');
  }
}
