import 'reflect-metadata';
import { readFile, writeFile } from 'node:fs/promises';
import { API_VERSIONS } from '#libs/api';
import { createLoggers } from '#libs/telemetry';
import type { AppConfig } from '../config/index.js';
import { ApiModule } from './processes/api.module.js';
import { ProcessModule } from './processes/run.js';
import { createApiDocuments, createServer } from './processes/serve.js';

/**
 * Writes the OpenAPI documents; with `--check`, only compares them with what is there. Nest builds the application in
 * preview mode, which instantiates no provider, so no database, Redis or secret is needed.
 */
const config = { publicUrl: '', trustedProxies: [] } as Partial<AppConfig> as AppConfig;
const loggers = createLoggers({ level: 'silent', role: 'api', pretty: false });
const app = await createServer(ProcessModule.forRoles([ApiModule], config, loggers), config, loggers, {
  preview: true,
});
const documents = createApiDocuments(app);
const check = process.argv.includes('--check');

for (const version of API_VERSIONS) {
  const path = `openapi/v${version}.json`;
  const text = `${JSON.stringify(documents[version], null, 2)}\n`;
  if (!check) {
    await writeFile(path, text);
  } else if (text !== (await readFile(path, 'utf8').catch(() => ''))) {
    process.stderr.write(`${path} is not what the code says: run \`npm run spec\` and commit it.\n`);
    process.exitCode = 1;
  }
}
