import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cached, goModule } from './programs.ts';

interface Schema {
  type?: string;
  format?: string;
  $ref?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | false;
  items?: Schema;
  oneOf?: Schema[];
  definitions?: Record<string, Schema>;
  'x-kubernetes-group-version-kind'?: { group: string; version: string; kind: string }[];
}

const QUANTITY = 'io.k8s.apimachinery.pkg.api.resource.Quantity';

/**
 * The folder of the JSON schemas of a Kubernetes version, as kubeconform looks for them, such as deployment-apps-v1.json. They
 * are made from the OpenAPI document in Kubernetes' Go module, and reject unknown fields.
 */
export function kubernetesSchemas(version: string): Promise<string> {
  return cached(`kubernetes schemas ${version}`, async (draft) => {
    const module = await goModule('k8s.io/kubernetes', `v${version}`);
    const path = join(module, 'api', 'openapi-spec', 'swagger.json');
    const { definitions } = JSON.parse(readFileSync(path, 'utf8')) as Required<Pick<Schema, 'definitions'>>;
    mkdirSync(draft, { recursive: true });
    for (const schema of Object.values(definitions)) {
      makeStrict(schema);
    }
    definitions[QUANTITY] = { oneOf: [{ type: 'string' }, { type: 'number' }] };
    for (const [name, schema] of Object.entries(definitions)) {
      for (const { group, version: api, kind } of schema['x-kubernetes-group-version-kind'] ?? []) {
        const file = [kind, ...(group ? [group.split('.')[0]] : []), api].join('-').toLowerCase();
        const needed = Object.fromEntries(
          [...reachable(name, definitions)].map((key) => [key, definitions[key]]),
        );
        writeFileSync(
          join(draft, `${file}.json`),
          JSON.stringify({ $ref: `#/definitions/${name}`, definitions: needed }),
        );
      }
    }
  });
}

function makeStrict(schema: Schema): void {
  if (schema.format === 'int-or-string') {
    delete schema.type;
    schema.oneOf = [{ type: 'string' }, { type: 'integer' }];
  }
  // kubeconform checks formats such as int32, but does not know all of Kubernetes'.
  delete schema.format;
  if (schema.properties) {
    schema.additionalProperties ??= false;
  }
  for (const child of [
    ...Object.values(schema.properties ?? {}),
    schema.additionalProperties,
    schema.items,
  ]) {
    if (child) {
      makeStrict(child);
    }
  }
}

function reachable(
  name: string,
  definitions: Record<string, Schema>,
  found = new Set<string>(),
): Set<string> {
  if (!found.has(name)) {
    found.add(name);
    for (const [, next = ''] of JSON.stringify(definitions[name]).matchAll(
      /"\$ref":"#\/definitions\/([^"]+)"/g,
    )) {
      reachable(next, definitions, found);
    }
  }
  return found;
}
