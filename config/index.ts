export { AppConfig, type Role } from './app-config.js';
export { ConfigModule } from './config.module.js';
export { parseDatabaseUrl, parseEnvironment } from './environment.js';
export { BadEnvironment } from './reader.js';
