import type { OpenAPIObject } from '@nestjs/swagger';
import { isReference, nameIn, type ComponentKind, type Reference } from './document.js';

/** The parts of a schema that our documents use. */
export interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly description?: string;
  readonly example?: unknown;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly nullable?: boolean;
  readonly additionalProperties?: boolean | Schema | Reference;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly items?: Schema | Reference;
  readonly properties?: Readonly<Record<string, Schema | Reference>>;
  readonly required?: readonly string[];
  readonly allOf?: readonly (Schema | Reference)[];
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly description?: string;
  readonly required?: boolean;
  readonly schema?: Schema;
}

interface Media {
  readonly schema?: Schema | Reference;
  readonly examples?: Readonly<Record<string, object>>;
}

type Content = Readonly<Record<string, Media>>;

export interface Response {
  readonly description?: string;
  readonly headers?: Readonly<Record<string, { readonly description?: string } | Reference>>;
  readonly content?: Content;
}

/** What a path and method do. */
export interface ApiOperation {
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly deprecated?: boolean;
  readonly 'x-sunset'?: string;
  readonly security?: readonly object[];
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly content?: Content };
  /** By status, `default` last. */
  readonly responses: readonly (readonly [status: string, Response])[];
}

type RawOperation = Omit<ApiOperation, 'method' | 'path' | 'parameters' | 'responses'> & {
  readonly parameters?: readonly (Parameter | Reference)[];
  readonly responses: Readonly<Record<string, Response | Reference>>;
};

/** An OpenAPI document, as its readers need it. */
export class Spec {
  readonly operations: readonly ApiOperation[];

  constructor(private readonly document: OpenAPIObject) {
    this.operations = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item as Readonly<Record<string, RawOperation>>).map(([method, operation]) => ({
        ...operation,
        method: method.toUpperCase(),
        path,
        parameters: (operation.parameters ?? []).map((one) => this.resolve('parameters', one)),
        responses: Object.entries(operation.responses).map(
          ([status, one]) => [status, this.resolve<Response>('responses', one)] as const,
        ),
      })),
    );
  }

  /** Where the API is, without a slash at the end. */
  get url(): string {
    return (this.document.servers?.[0]?.url ?? '').replace(/\/$/, '');
  }

  get tags(): readonly { readonly name: string; readonly description?: string }[] {
    return this.document.tags ?? [];
  }

  /** The schema itself, with the members of what it refers to. */
  schemaOf(schema: Schema | Reference): Schema {
    const resolved = this.resolve<Schema>('schemas', schema);
    const { allOf = [], ...own } = resolved;
    return Object.assign({}, ...allOf.map((one) => this.schemaOf(one)), own) as Schema;
  }

  headerOf(header: { readonly description?: string } | Reference): { readonly description?: string } {
    return this.resolve('headers', header);
  }

  /** The title of the problem with this code. */
  titleOf(code: string): string {
    const example = this.resolve<{ value?: { title?: string } }>('examples', {
      $ref: `#/components/examples/${code}`,
    });
    return example.value?.title ?? '';
  }

  private resolve<T extends object>(kind: ComponentKind, value: T | Reference): T {
    if (!isReference(value)) {
      return value;
    }
    const components = (this.document.components?.[kind] ?? {}) as Readonly<Record<string, T | Reference>>;
    const found = components[nameIn(value)];
    if (!found) {
      throw new Error(`The document refers to ${value.$ref}, which doesn't exist.`);
    }
    return this.resolve(kind, found);
  }
}

/** The name of the schema that it refers to, directly or as the only part of another one. */
export function schemaNameOf(schema: Schema | Reference): string | undefined {
  if (isReference(schema)) {
    return nameIn(schema);
  }
  const [part] = schema.allOf ?? [];
  return part && schemaNameOf(part);
}
