/** The parts of an OpenAPI 3.0 document that we write or change ourselves. */

export interface Reference {
  readonly $ref: string;
}

export type SchemaObject = Readonly<Record<string, unknown>>;

export interface HeaderObject {
  readonly description: string;
  readonly schema: SchemaObject;
  readonly example?: string;
}

export interface ResponseObject {
  readonly description?: string;
  readonly headers?: Readonly<Record<string, HeaderObject | Reference>>;
  readonly content?: Readonly<
    Record<string, { readonly schema?: SchemaObject | Reference; readonly examples?: object }>
  >;
}

export interface ParameterObject {
  readonly name: string;
  readonly in: string;
}

export interface Operation {
  operationId?: string;
  description?: string;
  parameters?: (ParameterObject | Reference)[];
  requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: object }>> };
  security?: object[];
  /** The permission that callers need, if they need one. */
  'x-permission'?: string;
  /** How long ago users may have authenticated at most, in seconds (RFC 9470, section 3). */
  'x-max-age'?: number;
  /** Set if users must be signed in themselves: neither an API key nor an administrator who acts as them will do. */
  'x-session'?: true;
  /** When a deprecated operation may stop working, as a date. */
  'x-sunset'?: string;
  responses: Record<string, ResponseObject | Reference>;
}

export type ComponentKind = 'schemas' | 'headers' | 'parameters' | 'responses' | 'examples';

export function refTo(kind: ComponentKind, name: string): Reference {
  return { $ref: `#/components/${kind}/${name}` };
}

export function isReference(value: object): value is Reference {
  return '$ref' in value;
}

/** The name of the component that it refers to. */
export function nameIn({ $ref }: Reference): string {
  return $ref.slice($ref.lastIndexOf('/') + 1);
}

/** The name of a component: `Idempotency-Key`, `idempotency-key` and `idempotencyKey` become `IdempotencyKey`. */
export function pascalCase(name: string): string {
  return name.replace(/(?:^|[^A-Za-z0-9]+)([A-Za-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
