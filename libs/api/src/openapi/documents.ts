import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { REFRESH_COOKIE } from '../access.js';
import { declaredTags } from './tag.js';
import { isReference, nameIn, type Operation } from './document.js';
import { describeOperation } from './operations.js';
import { ProblemSchemas } from './problem-schemas.js';
import { findRoutes, type Route, routeKey } from './routes.js';
import { shareComponents } from './share-components.js';

/** Oldest first. New clients should use the last one. */
export const API_VERSIONS = ['1', '2'] as const;
export type ApiVersion = (typeof API_VERSIONS)[number];
export const LATEST_VERSION: ApiVersion = '2';

const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;

interface DocumentOptions {
  readonly title: string;
  readonly description: string;
  /** Where clients reach the API. */
  readonly serverUrl: string;
}

/** The OpenAPI document of each version: the paths under its prefix and the unversioned ones. */
export function createDocuments(
  app: INestApplication,
  options: DocumentOptions,
): Record<ApiVersion, OpenAPIObject> {
  const whole = SwaggerModule.createDocument(app, base(options), { operationIdFactory: routeKey });
  const routes = findRoutes(app);
  return Object.fromEntries(
    API_VERSIONS.map((version) => [version, forVersion(whole, routes, version)]),
  ) as Record<ApiVersion, OpenAPIObject>;
}

function base({ title, description, serverUrl }: DocumentOptions): Omit<OpenAPIObject, 'paths'> {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.0.3')
    .setTitle(title)
    .setDescription(description)
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer(serverUrl)
    .addBearerAuth({
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description:
        'The `accessToken` you get when you sign in: a JWT (RFC 9068), verified as RFC8725 recommends. Outside ' +
        '`/auth`, API keys also work, for reading and for operations that require a permission.',
    })
    .addCookieAuth(
      REFRESH_COOKIE,
      {
        type: 'apiKey',
        in: 'cookie',
        description: 'The refresh token of a session that was started with `Session-Transport: cookie`.',
      },
      'refreshCookie',
    );
  declaredTags().forEach(([name, text]) => builder.addTag(name, text));
  return builder.build();
}

function forVersion(
  whole: OpenAPIObject,
  routes: ReadonlyMap<string, Route>,
  version: ApiVersion,
): OpenAPIObject {
  const document = structuredClone(whole);
  document.info.version = `${version}.0.0`;
  const paths = Object.entries(document.paths).filter(
    ([path]) => !/^\/v\d+\//.test(path) || path.startsWith(`/v${version}/`),
  );
  document.paths = Object.fromEntries(paths);
  const problems = new ProblemSchemas();
  const operations: Operation[] = [];
  for (const [path, item] of paths) {
    for (const method of METHODS) {
      const operation = item[method] as Operation | undefined;
      const route = operation?.operationId === undefined ? undefined : routes.get(operation.operationId);
      if (operation && route) {
        const input = { path, method, strict: /^\/v\d+\//.test(path), readsBody: method !== 'get' };
        describeOperation(operation, route, input, problems);
        operations.push(operation);
      }
    }
  }
  const { schemas, ...components } = document.components ?? {};
  document.components = {
    schemas: { ...schemas, ...(problems.schemas as typeof schemas) },
    ...shareComponents(operations),
    examples: problems.examples,
    ...components,
  } as NonNullable<OpenAPIObject['components']>;
  closeRequests(operations, document.components.schemas ?? {});
  dropUnused(document);
  return document;
}

/** Says that bodies have no other members, since we reject those. */
function closeRequests(operations: readonly Operation[], schemas: Record<string, object>): void {
  for (const { schema } of operations.flatMap(({ requestBody }) =>
    Object.values(requestBody?.content ?? {}),
  )) {
    const name = schema && isReference(schema) ? nameIn(schema) : '';
    const declared = schemas[name];
    if (declared) {
      schemas[name] = { ...declared, additionalProperties: false };
    }
  }
}

/**
 * Removes schemas that only another version uses. Repeats until nothing changes, because removing one may orphan
 * another.
 */
function dropUnused(document: OpenAPIObject): void {
  const schemas = document.components?.schemas ?? {};
  for (let found = true; found;) {
    const text = JSON.stringify(document);
    const unused = Object.keys(schemas).filter((name) => !text.includes(`"#/components/schemas/${name}"`));
    unused.forEach((name) => delete schemas[name]);
    found = unused.length > 0;
  }
}
