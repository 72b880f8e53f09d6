export interface HttpOptions {
  readonly publicUrl: string;
  readonly trustedProxies: readonly string[];
  readonly corsOrigins: readonly string[];
}

export const HTTP_OPTIONS = Symbol('HttpOptions');
