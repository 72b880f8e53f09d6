export { AppConfig, parseDatabaseUrl, parseEnvironment, type Role } from './app-config.js';
export { ConfigModule } from './config.module.js';
export { BadEnvironment } from './reader.js';
