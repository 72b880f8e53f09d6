/** Writes the operations of an OpenAPI document as TypeScript, for `npm run sdk`. Pure functions. */

interface Parameter {
  readonly $ref?: string;
  readonly in?: string;
  readonly name?: string;
}

interface Response {
  readonly $ref?: string;
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
}

interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, { readonly enum?: readonly string[] }>>;
}

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly security?: readonly object[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: object };
  readonly responses: Readonly<Record<string, Response>>;
}

/** The parts of an OpenAPI document that operations are written from. */
export interface OperationsDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Readonly<
    Record<'parameters' | 'responses' | 'schemas', Readonly<Record<string, object>>>
  >;
}

const JSON_TYPE = 'application/json';
const PROBLEM_TYPE = 'application/problem+json';

/**
 * A module with a constant for each operation. They are plain data, not functions, so that bundlers can drop those that
 * a page doesn't use without any hint.
 */
export function operationsModule(document: OperationsDocument, header: string): string {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, ...operation })),
  );
  const codes = new Set(operations.flatMap(({ responses }) => codesOf(Object.values(responses), document)));
  const types = operations.flatMap(({ operationId, ...operation }) => [
    `${typeName(operationId)}Data`,
    ...(hasResult(operation) ? [`${typeName(operationId)}Response`] : []),
  ]);
  return [
    header,
    '',
    "import type { Operation } from '../operation.js';",
    `import type {\n${types.map((name) => `  ${name},\n`).join('')}} from './types.gen.js';`,
    '',
    '/** The codes of all problems. */',
    `export type ProblemCode =${union([...codes])};`,
    ...operations.map((operation) => `\n${constant(operation, document)}`),
    '',
  ].join('\n');
}

function constant(
  operation: Operation & { readonly method: string; readonly path: string },
  document: OperationsDocument,
): string {
  const { operationId, method, path, summary, description, security } = operation;
  const parameters = (operation.parameters ?? []).map((parameter) =>
    resolve<Parameter>(parameter, document.components),
  );
  const [mediaType] = Object.keys(operation.requestBody?.content ?? {});
  const members = [
    `method: '${method.toUpperCase()}'`,
    `path: '${path}'`,
    ...(security && security.length > 0 ? ['authenticated: true'] : []),
    ...(takesCookie(security, parameters) ? ['cookie: true'] : []),
    ...(parameters.some(({ name }) => name === 'Idempotency-Key') ? ['idempotencyKey: true'] : []),
    ...(mediaType && mediaType !== JSON_TYPE ? [`mediaType: '${mediaType}'`] : []),
  ];
  const type = typeName(operationId);
  return [
    comment([summary, ...(description ? [description] : [])]),
    `export const ${operationId}: Operation<`,
    `  ${type}Data,`,
    `  ${resultOf(operation)},${union(declaredCodes(operation, document)).replaceAll('\n', '\n  ')}`,
    `> = {\n${members.map((member) => `  ${member},\n`).join('')}};`,
  ].join('\n');
}

function takesCookie(security: readonly object[] = [], parameters: readonly Parameter[]): boolean {
  return (
    security.some((scheme) => 'refreshCookie' in scheme) ||
    parameters.some(({ name }) => name === 'Session-Transport')
  );
}

/** A client that sends no `If-None-Match` never sees a 304; one that does gets no data with it. */
function resultOf({ operationId, responses, ...rest }: Operation): string {
  const results = [
    ...(hasResult({ responses, ...rest }) ? [`${typeName(operationId)}Response`] : ['void']),
    ...('304' in responses ? ['undefined'] : []),
  ];
  return results.join(' | ');
}

function hasResult({ responses }: Pick<Operation, 'responses'>): boolean {
  return Object.entries(responses).some(([status, { content }]) => status.startsWith('2') && content);
}

/** Without those that any request can fail with, such as one with too long a URL. */
function declaredCodes({ responses }: Operation, document: OperationsDocument): string[] {
  const { default: _, ...declared } = responses;
  return codesOf(Object.values(declared), document);
}

function codesOf(responses: readonly Response[], { components }: OperationsDocument): string[] {
  const codes = responses.flatMap((response) => {
    const content = resolve<Response>(response, components).content?.[PROBLEM_TYPE];
    return content ? (resolve<Schema>(content.schema, components).properties?.['code']?.enum ?? []) : [];
  });
  return [...new Set(codes)];
}

function resolve<T extends { readonly $ref?: string }>(
  value: T,
  components: OperationsDocument['components'],
): T {
  const [, kind, name] = /^#\/components\/(\w+)\/(.+)$/.exec(value.$ref ?? '') ?? [];
  return kind && name ? (components[kind as keyof OperationsDocument['components']][name] as T) : value;
}

function typeName(operationId: string): string {
  return operationId.charAt(0).toUpperCase() + operationId.slice(1);
}

function union(codes: readonly string[]): string {
  return codes.length === 0 ? '\nnever' : codes.map((code) => `\n| '${code}'`).join('');
}

function comment(paragraphs: readonly string[]): string {
  return `/**\n${paragraphs.map((text) => ` * ${text.replaceAll('\n', '\n * ')}\n`).join(' *\n')} */`;
}
