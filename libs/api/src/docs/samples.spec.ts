import { describe, expect, it } from '@jest/globals';
import { exampleOf } from './examples.js';
import { curlSample, sdkSample } from './samples.js';
import { type Schema, Spec } from '../openapi/spec.js';

/** A document with one operation, whose body is the schema `Note`. */
function specOf(note: Schema, operation: object = {}): Spec {
  return new Spec({
    openapi: '3.0.3',
    info: { title: 'Notes', version: '2.0.0' },
    servers: [{ url: 'https://notes.acme.test/' }],
    paths: {
      '/v2/notes/{id}': {
        put: {
          operationId: 'putNote',
          parameters: [
            { name: 'id', in: 'path', required: true, schema: { type: 'string', example: 'a b' } },
          ],
          requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Note' } } } },
          responses: { 204: { description: 'Done.' } },
          ...operation,
        },
      },
    },
    components: { schemas: { Note: note as object } },
  });
}

const samplesOf = (spec: Spec): string[] =>
  spec.operations.flatMap((one) => [curlSample(spec, one), sdkSample(spec, one)]);

describe('A sample', () => {
  it('can be pasted, whatever quotes the examples contain', () => {
    const note: Schema = {
      type: 'object',
      required: ['text'],
      properties: { text: { type: 'string', example: `it's "fine"\\` } },
    };
    expect(samplesOf(specOf(note))).toEqual([
      `curl -X PUT 'https://notes.acme.test/v2/notes/a%20b' \\\n  -H 'Content-Type: application/json' \\\n` +
        `  -d '{\n  "text": "it'\\''s \\"fine\\"\\\\"\n}'`,
      `import { putNote } from '@gatehouse/client/operations';\nimport { gatehouse } from './gatehouse.js';\n\n` +
        `await gatehouse.call(putNote, {\n  path: { id: 'a b' },\n  body: { text: 'it\\'s "fine"\\\\' },\n});`,
    ]);
  });

  it('has what is required, or the first member if nothing is', () => {
    const properties = { one: { type: 'integer' }, two: { type: 'boolean' }, three: { type: 'string' } };
    const shortest = (required: string[]): unknown =>
      exampleOf(specOf({}), { type: 'object', properties, required }, { shortest: true });
    expect(shortest(['two'])).toEqual({ two: true });
    expect(shortest([])).toEqual({ one: 1 });
    expect(exampleOf(specOf({}), { type: 'object', properties })).toEqual({ one: 1, two: true, three: '…' });
  });

  it('ends where a schema contains itself', () => {
    const reference = { $ref: '#/components/schemas/Note' };
    const note: Schema = { type: 'object', properties: { replies: { type: 'array', items: reference } } };
    expect(exampleOf(specOf(note), reference)).toEqual({ replies: [null] });
  });

  it('fails if the document refers to what does not exist', () => {
    expect(() => exampleOf(specOf({}), { $ref: '#/components/schemas/Other' })).toThrow(
      '#/components/schemas/Other',
    );
  });
});
