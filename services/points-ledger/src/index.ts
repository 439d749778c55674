export { AppModule } from './app.module';
export { LEDGER_ERROR_CODES } from './error-codes';
