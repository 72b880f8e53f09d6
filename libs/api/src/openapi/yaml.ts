import { setImmediate as nextTurn } from 'node:timers/promises';

/** Members whose members are written one at a time. */
const LARGE = new Set(['paths', 'components', 'schemas']);

/**
 * Writes an OpenAPI document as YAML. It takes about 0.1 s in all, so other work gets a turn after each part. The package
 * is only loaded here, because most processes are never asked for YAML.
 */
export async function toYaml(document: object): Promise<string> {
  const { stringify } = await import('yaml');
  const write = async (value: object): Promise<string> => {
    let text = '';
    for (const [name, member] of Object.entries(value) as [string, object][]) {
      text +=
        LARGE.has(name) && Object.keys(member).length > 0
          ? `${name}:\n${indent(await write(member))}`
          : stringify({ [name]: member }, { aliasDuplicateObjects: false });
      await nextTurn();
    }
    return text;
  };
  return write(document);
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}
