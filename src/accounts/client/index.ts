export { AccountsClientModule } from './accounts-client.module.js';
