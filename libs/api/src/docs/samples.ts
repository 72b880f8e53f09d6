import { exampleOf } from './examples.js';
import { type ApiOperation, type Parameter, schemaNameOf, type Spec } from '../openapi/spec.js';

/** Up to here, an object without others stays on one line, so that samples fit next to the text. */
const SHORT_LINE = 52;

/** Methods of the SDK that also keep the session, in place of `call`. */
const SDK_METHODS: Readonly<Record<string, string>> = {
  register: 'signUp',
  login: 'signIn',
  refresh: 'refresh',
  logout: 'signOut',
};
/** The body of these is the session that the SDK keeps. */
const WITHOUT_BODY: ReadonlySet<string> = new Set(['refresh', 'logout']);

/** The shell command that sends the request. */
export function curlSample(spec: Spec, operation: ApiOperation): string {
  const { method, parameters, security = [] } = operation;
  const body = bodyOf(spec, operation);
  const implied = body ? 'POST' : 'GET';
  const names = new Set(parameters.filter((one) => one.in === 'header').map(({ name }) => name));
  return [
    `curl${method === implied ? '' : ` -X ${method}`} ${quoted(spec.url + pathOf(spec, operation))}`,
    ...(security.length > 0 ? ['-H "Authorization: Bearer $ACCESS_TOKEN"'] : []),
    ...(names.has('Idempotency-Key') ? ['-H "Idempotency-Key: $(uuidgen)"'] : []),
    ...(names.has('If-Match') && method === 'PATCH' ? ['-H "If-Match: $ETAG"'] : []),
    ...(body
      ? [`-H 'Content-Type: ${body.type}'`, `-d ${quoted(JSON.stringify(body.example, null, 2))}`]
      : []),
  ].join(' \\\n  ');
}

/** The same with the TypeScript SDK. */
export function sdkSample(spec: Spec, operation: ApiOperation): string {
  const { operationId, responses } = operation;
  const shortcut = SDK_METHODS[operationId];
  const options = WITHOUT_BODY.has(operationId) ? {} : optionsOf(spec, operation);
  const success = Object.values(responses[0]?.[1].content ?? {})[0]?.schema;
  const schema = success && schemaNameOf(success);
  const variable = schema ? schema.charAt(0).toLowerCase() + schema.slice(1) : undefined;
  const assigned = variable === undefined ? '' : `const ${variable} = `;
  if (shortcut !== undefined) {
    const argument = 'body' in options ? literal(options.body) : '';
    return `import { gatehouse } from './gatehouse.js';\n\n${assigned}await gatehouse.${shortcut}(${argument});`;
  }
  const given = Object.keys(options).length > 0 ? `, ${literal(options)}` : '';
  const call = pagesByCursor(operation)
    ? `for await (const item of gatehouse.items(${operationId}${given})) {\n  console.log(item);\n}`
    : `${assigned}await gatehouse.call(${operationId}${given});`;
  return (
    `import { ${operationId} } from '@gatehouse/client/operations';\n` +
    `import { gatehouse } from './gatehouse.js';\n\n${call}`
  );
}

/** The path with examples in place of its parameters. */
export function pathOf(spec: Spec, { path, parameters }: ApiOperation): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const parameter = parameters.find((one) => one.in === 'path' && one.name === name);
    return encodeURIComponent(String(exampleOf(spec, parameter?.schema ?? { type: 'string' })));
  });
}

/** The shortest body, in the media type that the operation prefers. */
export function bodyOf(
  spec: Spec,
  { requestBody }: ApiOperation,
): { readonly type: string; readonly example: unknown } | undefined {
  const [type, media] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  return type === undefined || !media?.schema
    ? undefined
    : { type, example: exampleOf(spec, media.schema, { shortest: true }) };
}

function optionsOf(spec: Spec, operation: ApiOperation): { path?: object; query?: object; body?: unknown } {
  const required = (where: Parameter['in']): object =>
    Object.fromEntries(
      operation.parameters
        .filter((one) => one.in === where && one.required === true)
        .map(({ name, schema }) => [name, exampleOf(spec, schema ?? {})]),
    );
  const path = required('path');
  const query = pagesByCursor(operation) ? { limit: 100 } : required('query');
  const body = bodyOf(spec, operation);
  return {
    ...(Object.keys(path).length > 0 ? { path } : {}),
    ...(Object.keys(query).length > 0 ? { query } : {}),
    ...(body ? { body: body.example } : {}),
  };
}

function pagesByCursor({ parameters }: ApiOperation): boolean {
  return parameters.some((one) => one.in === 'query' && one.name === 'cursor');
}

/** As one word of a POSIX shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** As people write values in TypeScript. */
function literal(value: unknown, indent = ''): string {
  if (typeof value === 'string') {
    return `'${JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
  }
  if (Array.isArray(value)) {
    return `[${value.map((one) => literal(one, indent)).join(', ')}]`;
  }
  if (typeof value !== 'object' || value === null) {
    return String(value);
  }
  const deeper = `${indent}  `;
  const members = Object.entries(value).map(([name, one]) => {
    const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : literal(name);
    return `${key}: ${literal(one, deeper)}`;
  });
  const line = `{ ${members.join(', ')} }`;
  return line.length <= SHORT_LINE && !members.some((member) => member.endsWith('}'))
    ? line
    : `{\n${members.map((member) => `${deeper}${member},\n`).join('')}${indent}}`;
}
