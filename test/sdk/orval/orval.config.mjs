export default {
  client: {
    input: 'openapi.json',
    output: {
      client: 'fetch',
      mode: 'single',
      target: 'generated/client.ts',
      baseUrl: { runtime: 'baseUrl', imports: [{ name: 'baseUrl', importPath: '../task.js' }] },
    },
  },
  schemas: {
    input: 'openapi.json',
    output: {
      client: 'zod',
      mode: 'single',
      target: 'generated/schemas.ts',
      override: { zod: { strict: { body: true, response: true } } },
    },
  },
};
