import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { toYaml } from './yaml.js';

describe('a document as YAML', () => {
  it.each(['1', '2'])('says the same as the JSON of v%s', async (version) => {
    const document = JSON.parse(readFileSync(`openapi/v${version}.json`, 'utf8')) as object;
    expect(parse(await toYaml(document))).toEqual(document);
  });

  it('keeps texts with several lines, empty members and names that need quotes', async () => {
    const document = {
      paths: {
        '/a: b': { get: { description: 'one\n\n  two\n- three\n', x: `${'word '.repeat(40)}\nend` } },
      },
      components: { schemas: {}, schemasLike: [], 'a:': null },
      tags: [],
    };
    expect(parse(await toYaml(document))).toEqual(document);
  });
});
