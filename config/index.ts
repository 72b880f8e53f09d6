export { AppConfig, type Role } from './app-config.js';
export { ConfigModule } from './config.module.js';
export { DEFAULT_GRPC_PORT, parseEnvironment } from './environment.js';
export type { ClientCredentials, OAuthProviderConfig } from './oauth-config.js';
export { BadEnvironment } from './reader.js';
export type { VapidConfig } from './vapid.js';
export { VERSION } from './version.js';
