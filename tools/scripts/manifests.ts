import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parseAllDocuments } from 'yaml';

const DEFINITIONS = '_definitions.json';

/**
 * Holds manifests against JSON schemas as strictly as a careful API server would: a member or a kind that the schemas don't
 * know is a problem, and so is a key that stands twice.
 *
 * @param folders where the schemas are, one file for each kind, such as deployment-apps-v1.json
 * @returns takes the text of manifests, and returns how many there are, and a sentence for each problem
 */
export function manifestChecker(folders) {
  // What `format` says, such as int32, is not looked at.
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  for (const path of folders.map((folder) => join(folder, DEFINITIONS)).filter(existsSync)) {
    ajv.addSchema(readSchema(path), DEFINITIONS);
  }
  const validators = new Map();
  const validatorOf = (name) => {
    if (!validators.has(name)) {
      const path = folders.map((folder) => join(folder, name)).find(existsSync);
      validators.set(name, path && ajv.compile(readSchema(path)));
    }
    return validators.get(name);
  };

  return (text) => {
    const manifests = parseManifests(text);
    const problems = manifests.flatMap(({ mistakes, content }) => {
      const { apiVersion, kind, metadata } = content ?? {};
      const who = `${apiVersion} ${kind} ${metadata?.name}`;
      const validate = validatorOf(schemaName(apiVersion, kind));
      if (mistakes.length > 0 || !validate) {
        return [...mistakes, ...(validate ? [] : ['has no schema'])].map((mistake) => `${who}: ${mistake}`);
      }
      return validate(content) ? [] : validate.errors.map((error) => `${who}: ${sentence(error)}`);
    });
    return { count: manifests.length, problems };
  };
}

/** The documents in a text that hold something. As Kubernetes reads them: `on` and `yes` are no texts. */
export function parseManifests(text) {
  return parseAllDocuments(text, { version: '1.1', uniqueKeys: true })
    .map((document) => ({
      mistakes: [...document.errors, ...document.warnings].map(({ message }) => message),
      content: document.errors.length > 0 ? null : document.toJS(),
    }))
    .filter(({ mistakes, content }) => mistakes.length > 0 || content !== null);
}

function readSchema(path) {
  const schema = JSON.parse(readFileSync(path, 'utf8'));
  // Names drafts of JSON Schema that all agree on what is used here.
  delete schema.$schema;
  return schema;
}

/** deployment-apps-v1.json, or service-v1.json for a kind without a group. */
function schemaName(apiVersion = '', kind = '') {
  const [version, group] = apiVersion.split('/').reverse();
  return `${[kind.toLowerCase(), ...(group ? [group.split('.')[0]] : []), version].join('-')}.json`;
}

function sentence({ instancePath, message, params }) {
  const member = params.additionalProperty ? `: ${params.additionalProperty}` : '';
  return `${instancePath || '/'} ${message}${member}`;
}
