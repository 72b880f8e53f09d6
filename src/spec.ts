import 'reflect-metadata';
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { API_VERSIONS } from '#libs/api';
import { createLoggers } from '#libs/telemetry';
import type { AppConfig } from '../config/index.js';
import { ApiModule } from './processes/api.module.js';
import { ProcessModule } from './processes/run.js';
import { createApiDocuments, createServer } from './processes/serve.js';

/**
 * Writes the OpenAPI documents. With `--check`, only compares them with the existing files. Nest builds the application
 * in preview mode, which doesn't instantiate providers, so no database, Redis or secrets are needed.
 */
const config = {
  publicUrl: 'http://localhost:3000',
  trustedProxies: [],
  corsOrigins: [],
} as Partial<AppConfig> as AppConfig;
const loggers = createLoggers({ level: 'silent', role: 'api', pretty: false });
const app = await createServer(ProcessModule.forRoles([ApiModule], config, loggers), config, loggers, {
  preview: true,
});
const documents = createApiDocuments(app, config);
const { check } = readOptions();

for (const version of API_VERSIONS) {
  const path = `openapi/v${version}.json`;
  const text = `${JSON.stringify(documents[version], null, 2)}\n`;
  if (!check) {
    await writeFile(path, text);
  } else if (text !== (await readFile(path, 'utf8').catch(() => ''))) {
    process.stderr.write(`${path} is out of date: run \`npm run spec\` and commit the result.\n`);
    process.exitCode = 1;
  }
}

function readOptions(): { readonly check: boolean } {
  try {
    return parseArgs({ options: { check: { type: 'boolean', default: false } } }).values;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exit(1);
  }
}
