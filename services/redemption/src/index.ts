export { AppModule } from './app.module';
export { REDEMPTION_ERROR_CODES } from './error-codes';
